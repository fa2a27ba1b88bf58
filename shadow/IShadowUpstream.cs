namespace Roost.Shadow;

/// <summary>The way to a shadow service elsewhere: AWS IoT Core, or another Roost. Whoever composes the daemon provides it.</summary>
public interface IShadowUpstream
{
    /// <summary>Waits, however long it takes, for a connection.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    Task<IShadowUpstreamConnection> ConnectedAsync(CancellationToken cancellationToken);
}
