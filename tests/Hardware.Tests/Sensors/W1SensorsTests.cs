using FsCheck;
using FsCheck.Fluent;
using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Sensors;

internal sealed class W1SensorsTests
{
    private const string Good = "4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES\n4b 01 4b 46 7f ff 05 10 e1 t=20687";

    private SensorMachine _machine = null!;
    private W1Sensors _sensors = null!;

    [SetUp]
    public void MakeMachine()
    {
        _machine = new SensorMachine();
        _sensors = new W1Sensors(_machine.Folders);
    }

    [TearDown]
    public void RemoveMachine() => _machine.Dispose();

    [TestCase(Good, 20.687)]
    [TestCase("f8 ff 4b 46 7f ff 08 10 2c : crc=2c YES\nf8 ff 4b 46 7f ff 08 10 2c t=-500", -0.5)]
    [TestCase("00 00 4b 46 7f ff 0c 10 f7 : crc=f7 YES\n00 00 4b 46 7f ff 0c 10 f7 t=0", 0, Description = "the sensor's own zero is not the zeros of a short circuit")]
    public void A_temperature_with_a_right_checksum_is_taken(string text, double value)
    {
        _machine.AddW1("28-00000a1b2c3d", text);

        Assert.That(_sensors.Read("28-00000a1b2c3d", null), Is.EqualTo(SensorReading.Of(value)));
    }

    [TestCase("ff ff ff ff ff ff ff ff ff : crc=c9 NO\n4b 01 4b 46 7f ff 05 10 e1 t=20687", "wrong checksum")]
    [TestCase("00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0", "connected to ground")]
    [TestCase("50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000", "before it has measured")]
    [TestCase("", "does not answer")]
    [TestCase("4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES", "no temperature")]
    [TestCase("4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES\nt=", "no temperature")]
    [TestCase("4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES\nt=99999999999999", "no temperature")]
    public void What_a_broken_line_gives_is_a_fault(string text, string fault)
    {
        _machine.AddW1("28-00000a1b2c3d", text);

        Assert.That(_sensors.Read(null, null).Fault, Does.Contain(fault));
    }

    [Test]
    public void Eighty_five_degrees_are_believed_of_a_sensor_that_was_near_them()
    {
        var sensor = _machine.AddW1("28-00000a1b2c3d", "a0 05 4b 46 7f ff 0c 10 00 : crc=00 YES\nx t=84500");
        _sensors.Read(null, null);
        FakeMachine.Write(sensor, "w1_slave", "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\nx t=85000");

        Assert.That(_sensors.Read(null, null).Value, Is.EqualTo(PointValue.Of(85.0)));
    }

    [Test]
    public void Only_thermometers_are_listed_and_none_is_read_for_it()
    {
        var sensor = _machine.AddW1("28-00000a1b2c3d", Good);
        SensorMachine.Hang(sensor, "w1_slave"); // reading it would not end
        _machine.AddW1("01-0000ffffffff", "an iButton");
        _machine.AddW1("w1_bus_master1", "");

        Assert.That(_sensors.Find(), Is.EqualTo(new[] { new FoundSensor(SensorKind.W1, "28-00000a1b2c3d", "temperature", null, "°C", PointValue.None) }));
    }

    [Test]
    public void A_sensor_that_was_pulled_off_is_told_with_those_that_are_left()
    {
        _machine.AddW1("28-00000a1b2c3d", Good);

        Assert.That(_sensors.Read("28-0000deadbeef", null).Fault, Is.EqualTo("there is no 1-Wire sensor 28-0000deadbeef; there are 28-00000a1b2c3d"));
    }

    [Test]
    public void No_text_makes_it_throw() => Prop.ForAll<NonNull<string>, int?>((text, last) =>
        W1Sensors.Parse(text.Get, last) is { Fault: not null } or { Value.Kind: PointKind.Number }).QuickCheckThrowOnFailure();
}
