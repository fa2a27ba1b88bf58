using System.Runtime.InteropServices;

namespace Roost.Mqtt.Transport;

/// <summary>The calls into libc that the event loop makes. Arguments are blittable, so that a call costs some nanoseconds over the system call.</summary>
internal static unsafe class Libc
{
    public const int EpollIn = 0x001;
    public const int EpollOut = 0x004;
    public const int EpollError = 0x008;
    public const int EpollHangUp = 0x010;
    public const int EpollPeerClosed = 0x2000; // EPOLLRDHUP

    public const int EpollOneShot = 0x40000000;

    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;

    public const int ErrorInterrupted = 4; // EINTR
    public const int ErrorAgain = 11; // EAGAIN
    public const int ErrorProcessFiles = 24; // EMFILE
    public const int ErrorSystemFiles = 23; // ENFILE
    public const int ErrorConnectionAborted = 103; // ECONNABORTED

    public const int MessageNoSignal = 0x4000; // MSG_NOSIGNAL
    private const int MessagePeek = 0x02; // MSG_PEEK

    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int AtCurrentFolder = -100; // AT_FDCWD
    private const int AtNoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint StatxType = 0x01;
    private const int StatxBytes = 256;
    private const int StatxModeOffset = 28;
    private const int FileTypeMask = 0xF000; // S_IFMT
    private const int FileTypeSocket = 0xC000; // S_IFSOCK

    private const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC, EFD_CLOEXEC and SOCK_CLOEXEC are one value
    private const int NonBlocking = 0x800; // EFD_NONBLOCK and SOCK_NONBLOCK are one value

    public static int CreateEpoll() => ThrowIfNegative(epoll_create1(CloseOnExec), "epoll_create1");

    public static int CreateEvent() => ThrowIfNegative(eventfd(0, CloseOnExec | NonBlocking), "eventfd");

    public static void Control(int epoll, int operation, int descriptor, byte* happening) =>
        ThrowIfNegative(epoll_ctl(epoll, operation, descriptor, happening), "epoll_ctl");

    /// <returns>The count of events, or -1 and <see cref="LastError"/>.</returns>
    public static int Wait(int epoll, byte* happenings, int capacity, int timeoutMilliseconds) =>
        epoll_wait(epoll, happenings, capacity, timeoutMilliseconds);

    /// <returns>A non-blocking socket, or -1 and <see cref="LastError"/>. The peer's address is left in <paramref name="address"/>.</returns>
    public static int Accept(int listener, byte* address, int* addressBytes) => accept4(listener, address, addressBytes, CloseOnExec | NonBlocking);

    /// <returns>Bytes received, 0 at the peer's end of stream, or -1 and <see cref="LastError"/>.</returns>
    public static nint Receive(int socket, byte* buffer, nint length) => recv(socket, buffer, length, 0);

    /// <summary>As <see cref="Receive"/>, but the bytes stay to be received.</summary>
    public static nint Peek(int socket, byte* buffer, nint length) => recv(socket, buffer, length, MessagePeek);

    /// <returns>Process, user and group at the other end of a unix socket; zeros when the kernel does not say.</returns>
    public static (int Process, uint User, uint Group) PeerOf(int socket)
    {
        var credentials = stackalloc int[3]; // struct ucred
        var length = 3 * sizeof(int);
        return getsockopt(socket, SolSocket, SoPeerCred, credentials, &length) == 0 ? (credentials[0], (uint)credentials[1], (uint)credentials[2]) : default;
    }

    /// <summary>Whether a socket's file is there; a link to one is none.</summary>
    public static bool IsSocketFile(string path)
    {
        var status = stackalloc byte[StatxBytes]; // struct statx, the same on every architecture
        return statx(AtCurrentFolder, path, AtNoFollow, StatxType, status) == 0 && (*(ushort*)(status + StatxModeOffset) & FileTypeMask) == FileTypeSocket;
    }

    /// <returns>False and <see cref="LastError"/>.</returns>
    public static bool ChangeMode(int descriptor, int mode) => fchmod(descriptor, (uint)mode) == 0;

    /// <returns>Bytes sent, or -1 and <see cref="LastError"/>.</returns>
    public static nint Send(int socket, byte* buffer, nint length) => send(socket, buffer, length, MessageNoSignal);

    public static void Close(int descriptor) => _ = close(descriptor);

    public static void Signal(int eventDescriptor)
    {
        var one = 1UL;
        _ = write(eventDescriptor, &one, sizeof(ulong));
    }

    public static void ClearSignal(int eventDescriptor)
    {
        ulong count;
        _ = read(eventDescriptor, &count, sizeof(ulong));
    }

    public static int LastError => Marshal.GetLastPInvokeError();

    private static int ThrowIfNegative(int result, string call) => result >= 0
        ? result
        : throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(LastError)}.");

#pragma warning disable IDE1006, SA1300 // the names are libc's
    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, byte* happening);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, byte* happenings, int capacity, int timeoutMilliseconds);

    [DllImport("libc", SetLastError = true)]
    private static extern int eventfd(uint initial, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int accept4(int listener, byte* address, int* addressBytes, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint recv(int socket, byte* buffer, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint send(int socket, byte* buffer, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int descriptor, void* buffer, nint length);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, void* buffer, nint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int getsockopt(int socket, int level, int name, void* value, int* length);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte* status);

    [DllImport("libc", SetLastError = true)]
    private static extern int fchmod(int descriptor, uint mode);
#pragma warning restore IDE1006, SA1300
}
