using System.Runtime.InteropServices;

namespace Roost.Hardware.Gpio.Kernel;

/// <summary><c>struct pollfd</c></summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public const short Readable = 1;
    public const short Gone = 8 | 16 | 32; // POLLERR, POLLHUP, POLLNVAL

    public int Descriptor;
    public short Events;
    public short Received;
}
