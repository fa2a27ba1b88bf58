using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Support;

/// <summary>A file system of a few megabytes with the data folder on it, that can be filled and emptied. Needs the right to mount; without it the test is not run, and says so.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private SmallDisk(TemporaryFolder folder) => _folder = folder;

    public string Data => Path.Combine(MountPoint, "data");

    private string MountPoint => _folder["disk"];

    private string Filling => Path.Combine(MountPoint, "filling");

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = new SmallDisk(new TemporaryFolder());
        Directory.CreateDirectory(disk.MountPoint);
        var (code, output) = await Shell.RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.MountPoint);
        if (code != 0)
        {
            disk._folder.Dispose();
            Assert.Ignore($"This test mounts a tmpfs, which is not permitted here: {output}");
        }

        return disk;
    }

    /// <param name="configuration">Lies on another disk.</param>
    public async Task<DaemonProcess> StartAsync(string configuration)
    {
        await File.WriteAllTextAsync(_folder["roost.yaml"], configuration);
        return await DaemonProcess.StartAsync(Data, _folder["roost.yaml"]);
    }

    public Task FillAsync() => Shell.RunAsync("dd", "if=/dev/zero", $"of={Filling}", "bs=4k");

    public void Free() => File.Delete(Filling);

    public async ValueTask DisposeAsync()
    {
        await Shell.RunAsync("umount", "-l", MountPoint);
        _folder.Dispose();
    }
}
