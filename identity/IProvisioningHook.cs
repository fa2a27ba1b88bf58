namespace Roost.Identity;

/// <summary>Asks a function before a device is provisioned. Implemented where functions are known.</summary>
public interface IProvisioningHook
{
    /// <summary>Whether there is such a function, be it ready or not.</summary>
    bool Exists(string function);

    /// <returns>The function's answer, JSON; null: it failed, or there is none of that name.</returns>
    Task<ReadOnlyMemory<byte>?> AskAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}
