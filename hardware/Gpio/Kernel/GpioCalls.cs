using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary>The system calls of the GPIO character device, with their errors as <see cref="Errno"/>.</summary>
internal static partial class GpioCalls
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000; // the same on x86 and ARM
    private const byte Magic = 0xB4;

    /// <summary><c>GPIO_GET_CHIPINFO_IOCTL</c></summary>
    public static readonly uint GetChipInfo = Number(isWritten: false, 0x01, Unsafe.SizeOf<GpioChipInfo>());

    /// <summary><c>GPIO_V2_GET_LINEINFO_IOCTL</c></summary>
    public static readonly uint GetLineInfo = Number(isWritten: true, 0x05, Unsafe.SizeOf<GpioLineInfo>());

    /// <summary><c>GPIO_V2_GET_LINE_IOCTL</c></summary>
    public static readonly uint GetLine = Number(isWritten: true, 0x07, Unsafe.SizeOf<GpioLineRequest>());

    /// <summary><c>GPIO_V2_LINE_GET_VALUES_IOCTL</c></summary>
    public static readonly uint GetValues = Number(isWritten: true, 0x0E, Unsafe.SizeOf<GpioLineValues>());

    /// <summary><c>GPIO_V2_LINE_SET_VALUES_IOCTL</c></summary>
    public static readonly uint SetValues = Number(isWritten: true, 0x0F, Unsafe.SizeOf<GpioLineValues>());

    /// <returns>Null and why, when it cannot be opened.</returns>
    public static SafeFileHandle? Open(string path, out Errno errno)
    {
        int descriptor;
        do
        {
            descriptor = OpenFile(path, ReadWrite | CloseOnExec);
            errno = descriptor < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
        }
        while (errno == Errno.Interrupted);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public static unsafe Errno Control<T>(SafeFileHandle handle, uint request, ref T argument)
        where T : unmanaged
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            fixed (T* pointer = &argument)
            {
                while (ControlDevice((int)handle.DangerousGetHandle(), request, pointer) < 0)
                {
                    if ((Errno)Marshal.GetLastPInvokeError() is var errno and not Errno.Interrupted)
                    {
                        return errno;
                    }
                }
            }

            return Errno.None;
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
        }
    }

    /// <summary>The number that asm-generic/ioctl.h makes of direction, size, magic and number: x86 and ARM have it alike.</summary>
    private static uint Number(bool isWritten, byte number, int size) => (isWritten ? 3u : 2u) << 30 | (uint)size << 16 | (uint)Magic << 8 | number;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int ControlDevice(int descriptor, nuint request, void* argument);
}
