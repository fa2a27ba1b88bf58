using Roost.Hardware.Gpio;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio;

internal sealed class GpioOutputTests
{
    [Test]
    public async Task Where_nothing_is_desired_an_output_begins_at_its_initial_value()
    {
        var lamp = GpioRig.Lamp();
        lamp.Initial = OutputLevel.On;
        var (rig, chips) = GpioRig.Make(lamp);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();

        await rig.ReportsAsync("lamp", "on", "true");
        Assert.That(chips.Taken.Single().Initial, Is.True);
        Assert.That(chips.Chip.IsHigh(27), Is.True);
    }

    [Test]
    public async Task What_the_shadow_desires_is_there_from_the_first_instant_after_a_restart()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Lamp());
        await using var _ = rig;
        chips.Plug();
        await rig.StartWithoutHardwareAsync();
        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true},"reported":{"on":true}}}""");
        await rig.StartHardwareAsync();

        await Eventually.IsTrueAsync(() => !chips.Taken.IsEmpty, "the line");
        Assert.That(chips.Taken.Single().Initial, Is.True, "no blink");
    }

    [TestCase(ActiveLevel.High)]
    [TestCase(ActiveLevel.Low)]
    public async Task Desired_state_drives_the_line(ActiveLevel active)
    {
        var lamp = GpioRig.Lamp();
        lamp.Active = active;
        var (rig, chips) = GpioRig.Make(lamp);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.ReportsAsync("lamp", "on", "false");
        Assert.That(chips.Chip.IsHigh(27), Is.EqualTo(active == ActiveLevel.Low));

        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await rig.ReportsAsync("lamp", "on", "true");
        Assert.That(chips.Chip.IsHigh(27), Is.EqualTo(active == ActiveLevel.High));
    }

    [TestCase("1")]
    [TestCase("\"on\"")]
    [TestCase("0.5")]
    public async Task Only_true_and_false_drive_a_line(string value)
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Lamp());
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.UpdateAsync("lamp", "{\"state\":{\"desired\":{\"on\":" + value + "}}}");

        await rig.ReportsAsync("lamp", "errors", "{\"on\":\"write true or false\"}");
        Assert.That(chips.Chip.IsHigh(27), Is.False);
    }

    [TestCase(null, "false", false)]
    [TestCase("on", "true", true)]
    [TestCase("keep", "true", true)]
    [TestCase("off", "false", false)]
    public async Task When_the_daemon_stops_the_line_is_left_as_configured_and_the_shadow_knows(string? exit, string reported, bool high)
    {
        var lamp = GpioRig.Lamp();
        lamp.AtExit = OutputLevel.TryParse(exit, out var level) ? level : null;
        var (rig, chips) = GpioRig.Make(lamp);
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await rig.ReportsAsync("lamp", "on", "true");

        await rig.Hardware.StopAsync(CancellationToken.None);
        Assert.That((chips.Chip.IsHigh(27), chips.Held), Is.EqualTo((high, 0)));
        Assert.That((await rig.ShadowAsync("lamp"))!["reported"]!["on"]!.ToJsonString(), Is.EqualTo(reported));
        Assert.That((await rig.ShadowAsync("lamp"))!["desired"]!["on"]!.GetValue<bool>(), Is.True, "for the next start");
    }

    [Test]
    public async Task What_is_desired_while_the_chip_is_away_is_applied_when_it_comes()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Lamp());
        await using var _ = rig;
        await rig.StartAsync();
        await Eventually.IsTrueAsync(() => rig.Hardware.Points[0].Fault is not null, "the fault");
        Assert.That(rig.Hardware.Points[0].Fault, Does.Contain("/dev/gpiochip"));
        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");

        chips.Plug();
        await Eventually.IsTrueAsync(() => rig.Hardware.Points[0].Fault is null, "the line to be found");
        await rig.ReportsAsync("lamp", "on", "true");
        Assert.That(chips.Taken.Last().Initial, Is.True);
        Assert.That((rig.Log.Count(7000), rig.Log.Count(7001)), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_chip_that_is_unplugged_while_it_is_driven_comes_back_with_the_last_value()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Lamp(), GpioRig.Door());
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.ReportsAsync("lamp", "on", "false");

        chips.Unplug();
        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await Eventually.IsTrueAsync(() => rig.Hardware.Points.All(static point => point.Fault is not null), "both faults");
        chips.Plug();
        await Eventually.IsTrueAsync(() => rig.Hardware.Points.All(static point => point.Fault is null), "both lines to be found again");

        Assert.That(chips.Chip.IsHigh(27), Is.True);
        await rig.ReportsAsync("lamp", "on", "true");
    }

    [Test]
    public async Task A_value_desired_of_an_output_that_cannot_be_had_is_told_in_errors_until_it_can()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Lamp());
        await using var _ = rig;
        await rig.StartWithoutHardwareAsync();
        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true},"reported":{"on":true}}}""");
        await rig.StartHardwareAsync();

        await Eventually.IsTrueAsync(
            async () => (string?)(await rig.ShadowAsync("lamp"))?["reported"]?["errors"]?["on"] is { } error && error.StartsWith("it cannot be set now: this machine has no GPIO chip", StringComparison.Ordinal),
            "the error");
        await rig.ReportsAsync("lamp", "on", "absent");
        chips.Plug();
        await rig.ReportsAsync("lamp", "on", "true");
        await rig.ReportsAsync("lamp", "errors", "absent");
        Assert.That((chips.Chip.IsHigh(27), rig.Log.Count(7004)), Is.EqualTo((true, 0)), "the fault is logged once, as a fault");
    }

    [Test]
    public async Task An_output_that_fails_while_it_is_held_is_unknown_and_says_why()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Lamp());
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.ReportsAsync("lamp", "on", "false");

        chips.Unplug();
        await rig.UpdateAsync("lamp", """{"state":{"desired":{"on":true}}}""");
        await rig.ReportsAsync("lamp", "on", "absent");
        await Eventually.IsTrueAsync(async () => (await rig.ShadowAsync("lamp"))?["reported"]?["errors"]?["on"] is not null, "the error");
    }
}
