using Roost.Hardware.Gpio;
using Roost.Hardware.Tests.Gpio;

namespace Roost.Hardware.Tests;

/// <summary>Lines as a killed daemon leaves them.</summary>
internal sealed class AbandonedOutputsTests
{
    private PluggableChips _chips = null!;

    [SetUp]
    public void Plug() => _chips = new PluggableChips(TimeProvider.System).Plug();

    [TestCase(null, ActiveLevel.High, true, false)]
    [TestCase("off", ActiveLevel.Low, false, true)]
    [TestCase("on", ActiveLevel.High, false, true)]
    [TestCase("keep", ActiveLevel.High, true, true)]
    public void An_output_is_set_to_what_it_is_to_be_left_at_and_freed(string? exit, ActiveLevel active, bool before, bool after)
    {
        Abandon(27, before);
        var lamp = GpioRig.Lamp();
        (lamp.Active, lamp.AtExit) = (active, OutputLevel.TryParse(exit, out var level) ? level : null);

        var told = Leave(lamp);
        Assert.That((_chips.Chip.IsHigh(27), _chips.Held, told.Count), Is.EqualTo((after, 0, exit == "keep" ? 0 : 1)));
    }

    [Test]
    public void Each_is_told_with_its_place_and_one_that_cannot_be_had_keeps_no_other()
    {
        using var other = _chips.Chip.Take(new LineRequest(4, LineDirection.Out, ActiveLevel.High, null, LineDrive.PushPull, TimeSpan.Zero, Initial: true, Watcher: null));
        Abandon(27, high: true);

        Assert.That(Leave(GpioRig.Lamp("4"), GpioRig.Lamp()), Is.EqualTo(new[]
        {
            "lamp.on could not be set to off: simulated line 4 is in use by roost; configure another line",
            "lamp.on (gpiochip0 line 27) is set to off, as the daemon did not stop in order",
        }));
        Assert.That((_chips.Chip.IsHigh(4), _chips.Chip.IsHigh(27)), Is.EqualTo((true, false)));
    }

    [Test]
    public void Inputs_and_simulated_lines_are_left_alone()
    {
        var simulated = GpioRig.Lamp();
        simulated.Chip = "simulated";

        Assert.That(Leave(GpioRig.Door(), simulated), Is.Empty);
        Assert.That(_chips.Taken, Is.Empty);
    }

    private IReadOnlyList<string> Leave(params GpioLineOptions[] lines)
    {
        var options = new HardwareOptions();
        options.Gpio.AddRange(lines);
        return AbandonedOutputs.Leave(options, _chips);
    }

    /// <summary>The level that a line had when its daemon was killed, and that its driver keeps.</summary>
    private void Abandon(int offset, bool high) =>
        _chips.Chip.Take(new LineRequest(offset, LineDirection.Out, ActiveLevel.High, null, LineDrive.PushPull, TimeSpan.Zero, Initial: high, Watcher: null)).Dispose();
}
