namespace Roost.Storage.Devices;

/// <summary>Where the kernel tells of itself. Tests put folders of their own in place of these.</summary>
/// <param name="Proc">Usually /proc.</param>
/// <param name="Sys">Usually /sys.</param>
public sealed record SystemFolders(string Proc, string Sys)
{
    public static SystemFolders Machine { get; } = new("/proc", "/sys");
}
