using Roost.Hardware.Sensors;

namespace Roost.Hardware.Tests.Sensors;

internal sealed class SensorOptionsTests
{
    [Test]
    public void A_sensor_needs_no_more_than_thing_property_and_source() => Assert.That(Faults(Good()), Is.Empty);

    [Test]
    public void Everything_that_is_wrong_is_told_with_its_key_and_what_to_write()
    {
        var bad = Good();
        (bad.Source, bad.Device, bad.Channel, bad.Every, bad.Scale, bad.Offset) = (null, "../hwmon0", "temp1/..", TimeSpan.FromMilliseconds(1), 0, double.NaN);

        var faults = Faults(Good(), bad);

        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Property is taken"));
        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Source is missing; write hwmon, iio"));
        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Device names no sensor (../hwmon0)"));
        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Channel names none (temp1/..)"));
        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Every is 1ms; use 100ms to 1d"));
        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Scale is 0"));
        Assert.That(faults, Has.Exactly(1).Contains("Hardware:Sensors:1:Offset is NaN"));
    }

    [Test]
    public void There_is_a_most()
    {
        var many = Enumerable.Range(0, 257).Select(number => new SensorOptions { Thing = "pi", Property = $"p{number}", Source = SensorKind.Thermal });

        Assert.That(Faults([.. many]), Has.One.Contains("has 257 sensors; use at most 256"));
    }

    private static SensorOptions Good() => new() { Thing = "pi", Property = "cpu-temperature", Source = SensorKind.Thermal };

    private static IEnumerable<string> Faults(params SensorOptions[] sensors) =>
        new HardwareOptionsValidator().Validate(null, new HardwareOptions { Sensors = [.. sensors] }).Failures ?? [];
}
