namespace Roost.Streams;

/// <summary>The one connection to the cloud that all exports share, and others with them.</summary>
public interface IUplink
{
    UplinkStatus Status { get; }

    /// <summary>Waits, however long it takes, for a connection that has not ended yet.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    Task<IUplinkConnection> WaitForConnectionAsync(CancellationToken cancellationToken);
}
