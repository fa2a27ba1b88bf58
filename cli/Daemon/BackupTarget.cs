using System.Runtime.InteropServices;

namespace Roost.Cli.Daemon;

/// <summary>Where a backup may be written: a rename would put it also in the place of a device, a pipe or a link, which nobody means.</summary>
internal static partial class BackupTarget
{
    // struct statx, the same on every architecture
    private const int StatxBytes = 256;
    private const int StatxModeOffset = 28;
    private const uint StatxType = 1;
    private const int AtCurrentFolder = -100;
    private const int FileTypeMask = 0xF000;
    private const int FileTypeRegular = 0x8000;

    /// <param name="replace">A file that is there already is to be replaced.</param>
    /// <returns>The full path, with a link followed.</returns>
    /// <exception cref="DaemonException">Nothing can or may be written there; the message has the path.</exception>
    public static string Resolve(string path, bool replace)
    {
        path = Path.GetFullPath(path);
        path = new FileInfo(path).LinkTarget is null ? path : Path.GetFullPath(File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);
        if (Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder))
        {
            throw new DaemonException($"backup: {path}: its folder is not there; make it, or mount what it is on");
        }

        Span<byte> status = stackalloc byte[StatxBytes];
        if (GetStatus(AtCurrentFolder, path, 0, StatxType, status) != 0)
        {
            return path; // nothing of that name, or nothing that can be looked at: writing tells
        }

        if ((MemoryMarshal.Read<ushort>(status[StatxModeOffset..]) & FileTypeMask) != FileTypeRegular)
        {
            throw new DaemonException($"backup: {path} is no regular file; name a file");
        }

        return replace ? path : throw new DaemonException($"backup: {path} is there already; with --force it is replaced, once the new one is whole");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, Span<byte> status);
}
