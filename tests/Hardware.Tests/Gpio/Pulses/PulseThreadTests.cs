using Roost.Hardware.Gpio;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio.Pulses;

/// <summary>Outputs between on and off, by a thread of their own.</summary>
internal sealed class PulseThreadTests
{
    [Test]
    public async Task An_output_pulses_until_it_is_off_and_the_thread_ends_with_the_last_one()
    {
        var (rig, chips) = GpioRig.Make(Fan("fan", "18"), Fan("pump", "19"));
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.ReportsAsync("fan", "speed", "0");
        Assert.That(Threads(), Is.Zero);

        await rig.UpdateAsync("fan", """{"state":{"desired":{"speed":0.5}}}""");
        await rig.UpdateAsync("pump", """{"state":{"desired":{"speed":0.25}}}""");
        await PulsesAsync(chips, 18);
        await PulsesAsync(chips, 19);
        Assert.That(Threads(), Is.EqualTo(1));

        await rig.UpdateAsync("fan", """{"state":{"desired":{"speed":1}}}""");
        await rig.ReportsAsync("fan", "speed", "1");
        await rig.UpdateAsync("pump", """{"state":{"desired":{"speed":0}}}""");
        await rig.ReportsAsync("pump", "speed", "0");
        await Eventually.IsTrueAsync(static () => Threads() == 0, "the end of the thread");
        Assert.That((chips.Chip.IsHigh(18), chips.Chip.IsHigh(19)), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task When_the_daemon_stops_no_pulse_follows_the_last_level()
    {
        var (rig, chips) = GpioRig.Make(Fan("fan", "18"));
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.UpdateAsync("fan", """{"state":{"desired":{"speed":0.9}}}""");
        await PulsesAsync(chips, 18);

        await rig.Hardware.StopAsync(CancellationToken.None);
        Assert.That(chips.Written.Last(), Is.EqualTo((18, false)));
        Assert.That(chips.Held, Is.Zero);
        Assert.That((await rig.ShadowAsync("fan"))!["reported"]!["speed"]!.GetValue<double>(), Is.Zero);
        await Eventually.IsTrueAsync(static () => Threads() == 0, "the end of the thread");
        Assert.That(chips.Written.Last(), Is.EqualTo((18, false)));
    }

    [Test]
    public async Task A_chip_that_goes_while_it_pulses_is_told_and_pulses_again_when_it_is_back()
    {
        var (rig, chips) = GpioRig.Make(Fan("fan", "18"));
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.UpdateAsync("fan", """{"state":{"desired":{"speed":0.5}}}""");
        await PulsesAsync(chips, 18);

        chips.Unplug();
        await Eventually.IsTrueAsync(() => rig.Hardware.Points[0].Fault is not null, "the fault");
        chips.Plug();
        await PulsesAsync(chips, 18);
        Assert.That(rig.Hardware.Points[0].Value.AsNumber, Is.EqualTo(0.5));
    }

    [TestCase("true")]
    [TestCase("-0.1")]
    [TestCase("1.1")]
    [TestCase("\"0.5\"")]
    public async Task Only_a_part_of_one_is_taken(string value)
    {
        var (rig, chips) = GpioRig.Make(Fan("fan", "18"));
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.UpdateAsync("fan", "{\"state\":{\"desired\":{\"speed\":" + value + "}}}");

        await rig.ReportsAsync("fan", "errors", "{\"speed\":\"write a number from 0 to 1\"}");
    }

    private static GpioLineOptions Fan(string thing, string line) => new() { Thing = thing, Property = "speed", Line = line, Pwm = new PwmOptions { Frequency = new Frequency(100) } };

    private static Task PulsesAsync(PluggableChips chips, int offset)
    {
        chips.Written.Clear();
        return Eventually.IsTrueAsync(() => chips.Written.Where(one => one.Offset == offset).Select(static one => one.Active).Distinct().Count() == 2, $"pulses on line {offset}");
    }

    private static int Threads() => Directory.EnumerateDirectories("/proc/self/task").Count(static task =>
    {
        try
        {
            return File.ReadAllText($"{task}/comm").Trim() == "gpio pulses";
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    });
}
