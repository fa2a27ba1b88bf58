using System.Globalization;
using System.Runtime.InteropServices;

namespace Roost.Storage.Files;

/// <summary>When a file was made, as its file system knows it: what a copy, also one that keeps all times, does not share with its original.</summary>
public static partial class FileBirth
{
    private const int StatxBytes = 256;
    private const int SecondsOffset = 80;
    private const int NanosecondsOffset = 88;
    private const uint StatxBirth = 0x800;
    private const int AtCurrentFolder = -100;

    /// <returns>Seconds and nanoseconds; null where there is no such file, or the file system does not keep it.</returns>
    public static string? Of(string path)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        return GetStatus(AtCurrentFolder, path, 0, StatxBirth, status) == 0 && (MemoryMarshal.Read<uint>(status) & StatxBirth) != 0
            ? string.Create(CultureInfo.InvariantCulture, $"{MemoryMarshal.Read<long>(status[SecondsOffset..])}.{MemoryMarshal.Read<uint>(status[NanosecondsOffset..]):D9}")
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, Span<byte> status);
}
