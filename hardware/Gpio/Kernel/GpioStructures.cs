using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Roost.Hardware.Gpio.Kernel;

// The structures of <linux/gpio.h>, second version of the interface (Linux 5.10 and later): the same bytes on every architecture. Fields are set and read by name;
// padding must be zero, or the kernel refuses the call.

[InlineArray(Size)]
internal struct GpioName
{
    public const int Size = 32;

    private byte _first;

    /// <summary>Up to the first NUL.</summary>
    public static string Text(in GpioName name)
    {
        ReadOnlySpan<byte> bytes = name;
        var end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <param name="text">ASCII, at most 31 bytes.</param>
    public static GpioName Of(string text)
    {
        var name = default(GpioName);
        System.Text.Encoding.ASCII.GetBytes(text, ((Span<byte>)name)[..(Size - 1)]);
        return name;
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioChipInfo
{
    public GpioName Name;
    public GpioName Label;
    public uint Lines;
}

[Flags]
internal enum GpioLineFlags : ulong
{
    None = 0,
    Used = 1 << 0,
    ActiveLow = 1 << 1,
    Input = 1 << 2,
    Output = 1 << 3,
    EdgeRising = 1 << 4,
    EdgeFalling = 1 << 5,
    OpenDrain = 1 << 6,
    OpenSource = 1 << 7,
    PullUp = 1 << 8,
    PullDown = 1 << 9,
    PullNone = 1 << 10,
}

/// <summary>The kernel's union of 64-bit flags, 64-bit values and a 32-bit period of debouncing, which lies in the first four bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct GpioLineAttribute
{
    public const uint OutputValues = 2;
    public const uint DebouncePeriod = 3;

    [FieldOffset(0)]
    public uint Id;

    [FieldOffset(8)]
    public ulong Values;

    [FieldOffset(8)]
    public uint DebounceMicroseconds;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineConfigAttribute
{
    public GpioLineAttribute Attribute;

    /// <summary>Which of the request's lines it is of: bit n for the line at index n.</summary>
    public ulong Mask;
}

[InlineArray(10)]
internal struct GpioLineConfigAttributes
{
    private GpioLineConfigAttribute _first;
}

[InlineArray(10)]
internal struct GpioLineAttributes
{
    private GpioLineAttribute _first;
}

[InlineArray(64)]
internal struct GpioOffsets
{
    private uint _first;
}

[InlineArray(5)]
internal struct GpioPadding5
{
    private uint _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineConfig
{
    public GpioLineFlags Flags;
    public uint AttributeCount;
    public GpioPadding5 Padding;
    public GpioLineConfigAttributes Attributes;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineRequest
{
    public GpioOffsets Offsets;
    public GpioName Consumer;
    public GpioLineConfig Config;
    public uint LineCount;

    /// <summary>Events that the kernel keeps until they are read; beyond them the oldest go.</summary>
    public uint EventBufferSize;
    public GpioPadding5 Padding;

    /// <summary>Filled by the kernel: the descriptor that holds the lines.</summary>
    public int Descriptor;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineValues
{
    public ulong Bits;
    public ulong Mask;
}

[InlineArray(4)]
internal struct GpioPadding4
{
    private uint _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineInfo
{
    public GpioName Name;
    public GpioName Consumer;
    public uint Offset;
    public uint AttributeCount;
    public GpioLineFlags Flags;
    public GpioLineAttributes Attributes;
    public GpioPadding4 Padding;
}

[InlineArray(6)]
internal struct GpioPadding6
{
    private uint _first;
}

[StructLayout(LayoutKind.Sequential)]
internal struct GpioLineEvent
{
    public const uint RisingEdge = 1;
    public const uint FallingEdge = 2;

    public ulong TimestampNanoseconds;
    public uint Id;
    public uint Offset;

    /// <summary>Over all lines of the request.</summary>
    public uint Sequence;
    public uint LineSequence;
    public GpioPadding6 Padding;
}
