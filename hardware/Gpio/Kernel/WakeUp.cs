using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>An eventfd: ends the poll(2) of a thread that waits for it among others. Any thread may set it.</summary>
internal sealed partial class WakeUp : IDisposable
{
    private const int CloseOnExec = 0x80000; // the same on x86 and ARM
    private const int NonBlocking = 0x800;

    /// <exception cref="GpioException">The process may open no more files.</exception>
    public WakeUp()
    {
        var descriptor = EventDescriptor(0, CloseOnExec | NonBlocking);
        Handle = descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new GpioException(GpioFault.Failed, $"the daemon may open no more files ({Marshal.GetLastPInvokeErrorMessage()})");
    }

    public SafeFileHandle Handle { get; }

    public void Set()
    {
        ulong one = 1;
        _ = Write(Handle, ref one, sizeof(ulong)); // fails for a full counter alone, which wakes too
    }

    public void Clear()
    {
        ulong count = 0;
        _ = Read(Handle, ref count, sizeof(ulong)); // fails where it was not set
    }

    public void Dispose() => Handle.Dispose();

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, ref ulong value, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ref ulong value, nuint count);
}
