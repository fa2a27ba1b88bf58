using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Deployment;

/// <summary>The calls of inotify(7), with the constants of Linux's generic ABI.</summary>
internal static unsafe partial class NotifyCalls
{
    public const int NonBlockingCloseOnExec = 0x80800; // IN_NONBLOCK | IN_CLOEXEC

    public const uint Attributes = 0x4; // IN_ATTRIB
    public const uint Written = 0x8; // IN_CLOSE_WRITE
    public const uint MovedFrom = 0x40;
    public const uint MovedTo = 0x80;
    public const uint Created = 0x100;
    public const uint Deleted = 0x200;
    public const uint SelfDeleted = 0x400;
    public const uint SelfMoved = 0x800;
    public const uint Overflowed = 0x4000; // IN_Q_OVERFLOW
    public const uint Ignored = 0x8000; // IN_IGNORED
    public const uint FoldersOnly = 0x0100_0000; // IN_ONLYDIR

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int Open(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Add(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int Remove(int descriptor, int watch);
}
