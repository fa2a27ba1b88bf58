namespace Roost.Shadow;

/// <summary>The way to a shadow service elsewhere: AWS IoT Core, or another Roost. Whoever composes the daemon provides it.</summary>
public interface IShadowUpstream
{
    /// <summary>Which service it is, and as whom: shadows synced with one are, with another, synced as if for the first time. The same over restarts.</summary>
    string Identity { get; }

    /// <summary>Waits, however long it takes, for a connection.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    Task<IShadowUpstreamConnection> ConnectedAsync(CancellationToken cancellationToken);
}
