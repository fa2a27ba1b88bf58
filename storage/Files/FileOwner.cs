using System.Runtime.InteropServices;

namespace Roost.Storage.Files;

/// <summary>Whose a file or folder is; .NET tells its mode only.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct FileOwner(uint User, uint Group)
{
    // struct statx, the same on every architecture
    private const int StatxBytes = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const uint StatxUserAndGroup = 0x18;
    private const int AtCurrentFolder = -100;

    /// <summary>The user that this process acts as now.</summary>
    public static uint CurrentUser => GetEffectiveUser();

    /// <summary>A link is followed.</summary>
    /// <returns>Null: there is nothing of that name, or nothing that this user may look at.</returns>
    public static FileOwner? Of(string path)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        return GetStatus(AtCurrentFolder, path, 0, StatxUserAndGroup, status) == 0
            ? new FileOwner(MemoryMarshal.Read<uint>(status[UserOffset..]), MemoryMarshal.Read<uint>(status[GroupOffset..]))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
