using Roost.Hardware.Gpio;

namespace Roost.Hardware.Tests;

internal sealed class HardwareOptionsValidatorTests
{
    [Test]
    public void Lines_of_every_kind_are_taken() => Assert.That(
        FaultsOf(
            new GpioLineOptions { Thing = "door", Property = "open", Line = "GPIO17", Topic = "robots/door/edge", Debounce = TimeSpan.FromMilliseconds(20) },
            new GpioLineOptions { Thing = "door", Property = "lock", Line = "17", Direction = LineDirection.Out, AtExit = OutputLevel.Keep, Initial = OutputLevel.On, Topic = "t" },
            new GpioLineOptions { Thing = "fan", Property = "speed", Line = "18", Pwm = new PwmOptions(), Initial = Level("0.5"), AtExit = Level("0") },
            new GpioLineOptions { Thing = "door", Property = "beat", Line = "4", AtLeastEvery = TimeSpan.FromMinutes(5) }),
        Is.Empty);

    public static IEnumerable<TestCaseData> Faulty() =>
    [
        Case(new() { Thing = "a/b", Property = "open", Line = "1" }, "Hardware:Gpio:0:Thing is no thing's name (a/b)"),
        Case(new() { Thing = "", Property = "open", Line = "1" }, "Hardware:Gpio:0:Thing is no thing's name ()"),
        Case(new() { Thing = new string('a', 129), Property = "open", Line = "1" }, "Hardware:Gpio:0:Thing is no thing's name"),
        Case(new() { Thing = "door", Property = "errors", Line = "1" }, "Hardware:Gpio:0:Property is no name for a property (errors)"),
        Case(new() { Thing = "door", Property = "a.b", Line = "1" }, "Hardware:Gpio:0:Property is no name for a property (a.b)"),
        Case(new() { Thing = "door", Property = "open", Line = "" }, "Hardware:Gpio:0:Line names no line ()"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Chip = "/dev/gpiochip0" }, "Hardware:Gpio:0:Chip names no chip (/dev/gpiochip0)"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Topic = "robots/+/edge" }, "Hardware:Gpio:0:Topic is no topic to publish to (robots/+/edge)"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Topic = "$aws/things/door/shadow/update" }, "Hardware:Gpio:0:Topic is no topic to publish to"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Topic = "$SYS/x" }, "Hardware:Gpio:0:Topic is no topic to publish to"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Debounce = TimeSpan.FromSeconds(11) }, "Hardware:Gpio:0:Debounce is 11s; use 0 to 10s"),
        Case(new() { Thing = "door", Property = "open", Line = "1", MinInterval = TimeSpan.FromDays(2) }, "Hardware:Gpio:0:MinInterval is 2d; use 0 to 1d"),
        Case(new() { Thing = "door", Property = "open", Line = "1", AtLeastEvery = TimeSpan.FromMilliseconds(10) }, "Hardware:Gpio:0:AtLeastEvery is 10ms; use 1s to 7d"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Initial = OutputLevel.On }, "Hardware:Gpio:0:Initial is of outputs only"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Drive = LineDrive.OpenDrain }, "Hardware:Gpio:0:Drive is of outputs only"),
        Case(new() { Thing = "door", Property = "open", Line = "1", Pwm = new PwmOptions(), Direction = LineDirection.In }, "Hardware:Gpio:0:Pwm is of outputs only"),
        Case(new() { Thing = "lamp", Property = "on", Line = "1", Direction = LineDirection.Out, Debounce = TimeSpan.FromMilliseconds(1) }, "Hardware:Gpio:0:Debounce is of inputs only"),
        Case(new() { Thing = "lamp", Property = "on", Line = "1", Direction = LineDirection.Out, Initial = OutputLevel.Keep }, "Hardware:Gpio:0:Initial is keep; write off or on"),
        Case(new() { Thing = "lamp", Property = "on", Line = "1", Direction = LineDirection.Out, Initial = Level("0.5") }, "Hardware:Gpio:0:Initial is 0.5; write off or on"),
        Case(new() { Thing = "fan", Property = "speed", Line = "1", Pwm = new PwmOptions(), AtExit = OutputLevel.Keep }, "Hardware:Gpio:0:AtExit is keep; write off or on: nobody makes pulses once the daemon has stopped"),
        Case(new() { Thing = "fan", Property = "speed", Line = "1", Pwm = new PwmOptions { Frequency = new Frequency(1000) } }, "Hardware:Gpio:0:Pwm:Frequency is 1000Hz; use 1Hz to 200Hz"),
    ];

    [TestCaseSource(nameof(Faulty))]
    public void A_fault_names_the_key_the_value_and_the_remedy(GpioLineOptions line, string fault) => Assert.That(FaultsOf(line), Has.Exactly(1).StartsWith(fault));

    [Test]
    public void A_line_or_property_that_is_configured_twice_is_refused_with_both_places() => Assert.That(
        FaultsOf(
            new GpioLineOptions { Thing = "door", Property = "open", Line = "17", Chip = "gpiochip0" },
            new GpioLineOptions { Thing = "door", Property = "open", Line = "18" },
            new GpioLineOptions { Thing = "gate", Property = "open", Line = "17", Chip = "gpiochip0" }),
        Is.EqualTo(new[]
        {
            "Hardware:Gpio:1:Property is taken: door.open is another line or sensor (Hardware:Gpio:0); give each a property of its own",
            "Hardware:Gpio:2:Line is taken by door.open (Hardware:Gpio:0); a line belongs to one property",
        }));

    [Test]
    public void A_line_of_the_simulated_chip_is_known_by_both_of_its_names() => Assert.That(
        FaultsOf(
            new GpioLineOptions { Thing = "door", Property = "open", Line = "GPIO27", Chip = "simulated" },
            new GpioLineOptions { Thing = "gate", Property = "open", Line = "27", Chip = "simulated" },
            new GpioLineOptions { Thing = "shed", Property = "open", Line = "27" },
            new GpioLineOptions { Thing = "barn", Property = "open", Line = "GPIO64", Chip = "simulated" }),
        Is.EqualTo(new[]
        {
            "Hardware:Gpio:1:Line is taken by door.open (Hardware:Gpio:0); a line belongs to one property",
            "Hardware:Gpio:3:Line is none of the simulated chip (GPIO64); it has GPIO0 to GPIO63",
        }));

    [TestCase("off", true, 0)]
    [TestCase("on", true, 1)]
    [TestCase("0", true, 0)]
    [TestCase("0.25", true, 0.25)]
    [TestCase("1.01", false, 0)]
    [TestCase("-0.1", false, 0)]
    [TestCase("half", false, 0)]
    [TestCase("NaN", false, 0)]
    [TestCase(null, false, 0)]
    public void Levels_are_read(string? text, bool isLevel, double duty) =>
        Assert.That((OutputLevel.TryParse(text, out var level), level.Duty), Is.EqualTo((isLevel, duty)));

    [TestCase("50Hz", 50)]
    [TestCase("0.5 Hz", 0.5)]
    [TestCase("50", null)]
    [TestCase("-1Hz", null)]
    [TestCase("0Hz", null)]
    [TestCase("1e300Hz", null)]
    [TestCase("Hz", null)]
    public void Frequencies_are_read(string text, double? hertz) =>
        Assert.That(Frequency.TryParse(text, out var frequency) ? frequency.Hertz : (double?)null, Is.EqualTo(hertz));

    private static List<string> FaultsOf(params GpioLineOptions[] lines)
    {
        var options = new HardwareOptions();
        options.Gpio.AddRange(lines);
        return [.. new HardwareOptionsValidator().Validate(null, options).Failures ?? []];
    }

    private static TestCaseData Case(GpioLineOptions line, string fault) => new TestCaseData(line, fault).SetArgDisplayNames(fault);

    private static OutputLevel Level(string text) => OutputLevel.TryParse(text, out var level) ? level : throw new FormatException(text);
}
