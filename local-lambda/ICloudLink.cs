namespace Roost.LocalLambda;

/// <summary>The gateway's connection to the cloud, as functions are told of it.</summary>
public interface ICloudLink
{
    /// <summary>Waits, however long it takes, for a connection.</summary>
    /// <returns>Cancelled when the connection has ended.</returns>
    Task<CancellationToken> ConnectedAsync(CancellationToken cancellationToken);
}
