using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Kernel;

namespace Roost.Hardware.Tests.Gpio.Kernel;

/// <summary>The bytes that the kernel gets and gives, by linux/gpio.h; they are the same on every architecture.</summary>
internal sealed class GpioStructuresTests
{
    [Test]
    public void Sizes_are_those_of_the_kernels_header() => Assert.That(
        new[]
        {
            Unsafe.SizeOf<GpioChipInfo>(), Unsafe.SizeOf<GpioLineAttribute>(), Unsafe.SizeOf<GpioLineConfigAttribute>(), Unsafe.SizeOf<GpioLineConfig>(),
            Unsafe.SizeOf<GpioLineRequest>(), Unsafe.SizeOf<GpioLineValues>(), Unsafe.SizeOf<GpioLineInfo>(), Unsafe.SizeOf<GpioLineEvent>(),
        },
        Is.EqualTo(new[] { 68, 16, 24, 272, 592, 16, 256, 48 }));

    [Test]
    public void Calls_have_the_numbers_of_the_kernels_header() => Assert.That(
        new[] { GpioCalls.GetChipInfo, GpioCalls.GetLineInfo, GpioCalls.GetLine, GpioCalls.GetValues, GpioCalls.SetValues },
        Is.EqualTo(new[] { 0x8044B401u, 0xC100B405u, 0xC250B407u, 0xC010B40Eu, 0xC010B40Fu }));

    [Test]
    public void An_input_is_asked_for_with_these_bytes()
    {
        var bytes = BytesOf(KernelChip.Encode(new LineRequest(17, LineDirection.In, ActiveLevel.Low, LinePull.Up, LineDrive.PushPull, TimeSpan.FromMilliseconds(20), Initial: false, Watcher: null)));

        Assert.That(Fields(bytes), Is.EqualTo(new (int, uint)[]
        {
            (0, 17), // offsets[0]
            (256, 0x736F6F72), (260, 0x74), // "roost"
            (288, 0x136), // active low, input, both edges, pull up
            (296, 1), // one attribute
            (320, 3), (328, 20_000), (336, 1), // debounce, microseconds, the first line
            (560, 1), (564, 256), // one line, events kept
        }));
    }

    [Test]
    public void An_output_is_asked_for_with_these_bytes()
    {
        var bytes = BytesOf(KernelChip.Encode(new LineRequest(3, LineDirection.Out, ActiveLevel.High, null, LineDrive.OpenDrain, TimeSpan.Zero, Initial: true, Watcher: null)));

        Assert.That(Fields(bytes), Is.EqualTo(new (int, uint)[]
        {
            (0, 3), (256, 0x736F6F72), (260, 0x74), (288, 0x48), (296, 1),
            (320, 2), (328, 1), (336, 1), // values, on, the first line
            (560, 1),
        }));
    }

    [TestCase("", "")]
    [TestCase("GPIO17", "GPIO17")]
    public void Names_end_at_a_NUL(string text, string read) => Assert.That(GpioName.Text(GpioName.Of(text)), Is.EqualTo(read));

    /// <summary>All 32-bit words that are not zero, with their places: padding shows itself.</summary>
    private static IEnumerable<(int Offset, uint Value)> Fields(byte[] bytes)
    {
        var words = MemoryMarshal.Cast<byte, uint>(bytes).ToArray();
        return words.Select(static (value, i) => (i * 4, value)).Where(static word => word.value != 0);
    }

    private static byte[] BytesOf(GpioLineRequest request) => MemoryMarshal.AsBytes(new ReadOnlySpan<GpioLineRequest>(in request)).ToArray();
}
