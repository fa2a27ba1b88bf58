using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Output;

/// <summary>The calls that <see cref="OutputPump"/> and the keeping of processes need of Linux, with the constants of its generic ABI (the same on x86-64, ARM and RISC-V).</summary>
internal static unsafe partial class LinuxCalls
{
    public const int InterruptedCall = 4; // EINTR
    public const int TryAgain = 11; // EAGAIN
    public const int SetDescriptorFlags = 2; // F_SETFD
    public const int CloseWhenStarted = 1; // FD_CLOEXEC
    public const int SetFlags = 4; // F_SETFL
    public const int GetFlags = 3; // F_GETFL
    public const int NonBlocking = 0x800; // O_NONBLOCK
    public const int CloseOnExec = 0x80000; // EPOLL_CLOEXEC, EFD_CLOEXEC
    public const int Add = 1; // EPOLL_CTL_ADD
    public const int Delete = 2; // EPOLL_CTL_DEL
    public const uint Readable = 1; // EPOLLIN
    public const int KillSignal = 9; // SIGKILL
    public const int StopSignal = 19; // SIGSTOP

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static extern int EpollCreate(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static extern int EpollControl(int epoll, int operation, int descriptor, byte* change);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static extern int EpollWait(int epoll, byte* events, int capacity, int timeoutMilliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static extern int EventDescriptor(uint initial, int flags);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static extern int Control(int descriptor, int command, int argument);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    public static extern nint Read(int descriptor, byte* buffer, nint capacity);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    public static extern nint Write(int descriptor, byte* buffer, nint count);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int descriptor);
}
