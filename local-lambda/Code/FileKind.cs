using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Code;

/// <summary>Tells files from pipes, sockets and devices, which .NET does not: to open a pipe waits for ever.</summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100;     // AT_FDCWD
    private const int NoFollow = 0x100;         // AT_SYMLINK_NOFOLLOW
    private const int TypeAndMode = 3;          // STATX_TYPE | STATX_MODE
    private const int ModeOffset = 28;          // of stx_mode in struct statx, which is the same on every architecture
    private const int TypeMask = 0xF000;        // S_IFMT
    private const int Regular = 0x8000;         // S_IFREG
    private const int Character = 0x2000;       // S_IFCHR

    public static bool IsRegular(string path) => Is(path, Regular);

    /// <summary>False also for a link to one.</summary>
    public static bool IsCharacterDevice(string path) => Is(path, Character);

    private static bool Is(string path, int type)
    {
        Span<byte> status = stackalloc byte[256];
        return statx(CurrentFolder, path, NoFollow, TypeAndMode, status) == 0 && (BitConverter.ToUInt16(status[ModeOffset..]) & TypeMask) == type;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Span<byte> status);
}
