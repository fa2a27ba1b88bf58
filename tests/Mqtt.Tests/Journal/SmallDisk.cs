using System.Runtime.InteropServices;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A file system of a few megabytes that can be filled and emptied. Needs the right to mount; without it the test is not run, and says so.</summary>
internal sealed partial class SmallDisk : IDisposable
{
    private const int Detach = 2;

    private readonly TemporaryFolder _mountPoint = new();

    public SmallDisk(int megabytes)
    {
        if (Mount("roost-test", _mountPoint.Path, "tmpfs", 0, $"size={megabytes}m") != 0)
        {
            var reason = Marshal.GetLastPInvokeErrorMessage();
            _mountPoint.Dispose();
            Assert.Ignore($"This test mounts a tmpfs, which is not permitted here: {reason}.");
        }
    }

    public string Path => _mountPoint.Path;

    /// <summary>Takes all space but <paramref name="leave"/> bytes.</summary>
    public void Fill(int leave = 0)
    {
        using var filler = File.OpenWrite(_mountPoint["filler"]);
        filler.Seek(0, SeekOrigin.End);
        try
        {
            var page = new byte[4096];
            while (true)
            {
                filler.Write(page);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            filler.SetLength(Math.Max(0, (filler.Length & ~4095) - leave));
        }
    }

    public void Free() => File.Delete(_mountPoint["filler"]);

    public void Dispose()
    {
        _ = Unmount(_mountPoint.Path, Detach);
        _mountPoint.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
