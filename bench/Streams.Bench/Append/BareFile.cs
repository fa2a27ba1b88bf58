using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Streams.Bench.Append;

/// <summary>The same bytes as <see cref="StreamAppend"/>, by the system calls alone.</summary>
internal static partial class BareFile
{
    public static Task<(long, TimeSpan)> RunAsync(string folder, int recordsPerSync)
    {
        using var file = File.OpenHandle(Path.Combine(folder, "bare"), FileMode.Create, FileAccess.ReadWrite);
        var batch = new byte[recordsPerSync * StreamAppend.RecordBytes];
        var began = TimeProvider.System.GetTimestamp();
        long syncs = 0;
        for (; TimeProvider.System.GetElapsedTime(began) < ClosedLoop.Duration; syncs++)
        {
            RandomAccess.Write(file, batch, syncs * batch.Length);
            if (fdatasync(file) != 0)
            {
                throw new IOException("fdatasync failed.");
            }
        }

        return Task.FromResult((syncs * recordsPerSync, TimeProvider.System.GetElapsedTime(began)));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);
}
