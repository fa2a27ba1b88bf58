namespace Roost.Storage.Upgrades;

/// <summary>What is kept cannot be used by this version as it is. The message is the whole story, with what to do; nothing was changed but as it says.</summary>
public sealed class UpgradeException(string message, bool mayPass, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True: the same start may succeed another time, when the disk has room again for instance.</summary>
    public bool MayPass { get; } = mayPass;
}
