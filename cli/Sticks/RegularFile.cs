using System.Runtime.InteropServices;

namespace Roost.Cli.Sticks;

/// <summary>Opens a file of a stick, and nothing else that may have its name: a link would lead off the stick, a pipe would never end.</summary>
internal static partial class RegularFile
{
    // struct statx, the same on every architecture
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const uint StatxType = 1;
    private const int AtCurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <exception cref="StickException">There is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileStream Open(string path)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        if (GetStatus(AtCurrentFolder, path, NoFollow, StatxType, status) != 0)
        {
            throw new StickException($"{path} is missing");
        }

        return (MemoryMarshal.Read<ushort>(status[ModeOffset..]) & TypeMask) == Regular
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan)
            : throw new StickException($"{path} is no regular file");
    }

    /// <exception cref="StickException">There is no such file, or it is larger than that.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path, int mostBytes)
    {
        using var file = Open(path);
        if (file.Length > mostBytes)
        {
            throw new StickException($"{path} has {file.Length} bytes, more than any export writes");
        }

        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, Span<byte> status);
}
