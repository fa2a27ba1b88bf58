using Microsoft.Extensions.DependencyInjection;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Simulated;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Gpio;

internal sealed class LineSearchTests
{
    private static readonly PluggableChips _chips = new PluggableChips(TimeProvider.System).Plug();

    [TestCase(null, "17", 17)]
    [TestCase(null, "GPIO17", 17)]
    [TestCase("gpiochip0", "GPIO3", 3)]
    [TestCase("pinctrl-test", "3", 3)]
    public void A_line_is_found_by_name_or_offset_on_a_chip_by_name_or_label(string? chip, string line, int offset) =>
        Assert.That(LineSearch.Find(_chips, chip, line).Offset, Is.EqualTo(offset));

    [TestCase(null, "GPIO99", GpioFault.NoLine, "no line is called GPIO99 on gpiochip0 (pinctrl-test)")]
    [TestCase("gpiochip0", "door", GpioFault.NoLine, "no line is called door on gpiochip0 (pinctrl-test)")]
    [TestCase("gpiochip7", "1", GpioFault.NoChip, "there is no chip gpiochip7; there are gpiochip0 (pinctrl-test)")]
    public void What_is_not_there_is_told_with_what_is(string? chip, string line, GpioFault fault, string words)
    {
        var exception = Assert.Throws<GpioException>(() => LineSearch.Find(_chips, chip, line))!;
        Assert.That(exception.Fault, Is.EqualTo(fault));
        Assert.That(exception.Message, Does.StartWith(words));
    }

    [Test]
    public void The_simulated_chip_is_found_only_by_its_name()
    {
        var chips = new SimulatedChips(new PluggableChips(TimeProvider.System), new SimulatedChip(TimeProvider.System));

        Assert.That(LineSearch.Find(chips, "simulated", "GPIO1").Offset, Is.EqualTo(1));
        Assert.That(Assert.Throws<GpioException>(() => LineSearch.Find(chips, null, "GPIO1"))!.Message, Does.StartWith("this machine has no GPIO chip"));
    }

    [Test]
    public async Task Faults_of_lines_say_who_has_them_and_leave_the_others_alone()
    {
        var (rig, chips) = GpioRig.Make(
            GpioRig.Door(),
            new GpioLineOptions { Thing = "door", Property = "same", Line = "17" },
            new GpioLineOptions { Thing = "door", Property = "taken", Line = "4" },
            new GpioLineOptions { Thing = "door", Property = "beyond", Line = "64" });
        await using var _ = rig;
        chips.Plug();
        using var others = chips.Chip.Take(new LineRequest(4, LineDirection.In, ActiveLevel.High, null, LineDrive.PushPull, TimeSpan.Zero, Initial: false, new Deaf()));
        await rig.StartAsync();
        await rig.ReportsAsync("door", "open", "false");
        await Eventually.IsTrueAsync(() => rig.Hardware.Points.Count(static point => point.Fault is not null) == 3, "three faults");

        Assert.That(rig.Hardware.Points.Select(static point => point.Fault), Is.EqualTo(new[]
        {
            null,
            "gpiochip0 line 17 is door.open already; a line belongs to one property",
            "simulated line 4 is in use by roost; configure another line",
            "simulated has no line 64: it has 0 to 63",
        }));
    }

    [Test]
    public async Task Only_configured_lines_are_ever_taken()
    {
        var (rig, chips) = GpioRig.Make(GpioRig.Door(), GpioRig.Lamp());
        await using var _ = rig;
        chips.Plug();
        await rig.StartAsync();
        await rig.ReportsAsync("door", "open", "false");
        await rig.ReportsAsync("lamp", "on", "false");

        var used = rig.Get<IHardware>().DescribeChips().Single().Lines.Where(static line => line.IsUsed).ToList();
        Assert.That(used.Select(static line => (line.Offset, line.Point)), Is.EqualTo(new[] { (17, "door.open"), (27, "lamp.on") }));
        Assert.That(chips.Taken.Select(static request => request.Offset), Is.EquivalentTo(new[] { 17, 27 }));
    }

    private sealed class Deaf : ILineWatcher
    {
        public void OnEdge(in LineEdge edge)
        {
            // nobody listens
        }

        public void OnLost(GpioException reason)
        {
            // nobody listens
        }
    }
}
