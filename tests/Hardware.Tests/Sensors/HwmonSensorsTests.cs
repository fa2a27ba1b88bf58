using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Sensors;

internal sealed class HwmonSensorsTests
{
    private SensorMachine _machine = null!;
    private HwmonSensors _sensors = null!;

    [SetUp]
    public void MakeMachine()
    {
        _machine = new SensorMachine();
        _sensors = new HwmonSensors(_machine.Folders);
    }

    [TearDown]
    public void RemoveMachine() => _machine.Dispose();

    [TestCase("temp1", "25500", 25.5)]
    [TestCase("temp1", "-12125", -12.125)]
    [TestCase("in0", "3312", 3.312)]
    [TestCase("curr1", "1500", 1.5)]
    [TestCase("power1", "4250000", 4.25)]
    [TestCase("energy1", "1000000", 1)]
    [TestCase("humidity1", "45200", 45.2)]
    [TestCase("fan1", "2975", 2975)]
    public void Each_quantity_has_its_unit(string channel, string text, double value)
    {
        FakeMachine.Write(_machine.AddHwmon(0, "chip"), channel + "_input", text);

        Assert.That(_sensors.Read("chip", channel), Is.EqualTo(SensorReading.Of(value)));
        Assert.That(_sensors.Read(null, null), Is.EqualTo(SensorReading.Of(value)), "there is one only");
    }

    [Test]
    public void A_label_names_a_channel_and_a_number_of_the_chip_does_not_matter()
    {
        var chip = _machine.AddHwmon(7, "w83627");
        FakeMachine.Write(chip, "temp1_input", "30000");
        FakeMachine.Write(chip, "temp2_input", "41000");
        FakeMachine.Write(chip, "temp2_label", "CPU diode");

        Assert.That(_sensors.Read("w83627", "CPU diode").Value.AsNumber, Is.EqualTo(41));
    }

    [Test]
    public void Two_chips_of_one_name_are_told_apart_by_their_place()
    {
        FakeMachine.Write(_machine.AddHwmon(0, "lm75", "1-0048"), "temp1_input", "20000");
        FakeMachine.Write(_machine.AddHwmon(1, "lm75", "1-0049"), "temp1_input", "21000");

        Assert.That(_sensors.Read("lm75", "temp1").Fault, Is.EqualTo("there are 2 such hwmon sensors: write lm75@1-0048, lm75@1-0049"));
        Assert.That(_sensors.Read("lm75@1-0049", "temp1").Value.AsNumber, Is.EqualTo(21));
        Assert.That(_sensors.Read("1-0048", "temp1").Value.AsNumber, Is.EqualTo(20));
        Assert.That(_sensors.Find().Select(sensor => sensor.Device), Is.EqualTo(new[] { "lm75@1-0048", "lm75@1-0049" }));
    }

    [Test]
    public void What_is_not_there_is_told_with_what_is()
    {
        Assert.That(_sensors.Read("lm75", null).Fault, Does.StartWith("this machine has no hwmon sensor"));
        var chip = _machine.AddHwmon(0, "rpi_volt", place: null);
        FakeMachine.Write(chip, "in0_lcrit_alarm", "0");

        Assert.That(_sensors.Read("lm75", null).Fault, Is.EqualTo("there is no hwmon sensor lm75; there are rpi_volt"));
        Assert.That(_sensors.Read("rpi_volt", null).Fault, Is.EqualTo("rpi_volt measures nothing"));
        Assert.That(_sensors.Read("rpi_volt", "in0_lcrit_alarm").Value, Is.EqualTo(PointValue.Of(false)));
        FakeMachine.Write(chip, "temp1_input", "1");
        FakeMachine.Write(chip, "temp10_input", "1");
        FakeMachine.Write(chip, "temp2_input", "1");
        Assert.That(_sensors.Read("rpi_volt", null).Fault, Is.EqualTo("rpi_volt has several channels: write one of temp1, temp2, temp10"));
        Assert.That(_sensors.Read("rpi_volt", "temp3").Fault, Does.Contain("no channel temp3"));
    }

    [Test]
    public void A_sensor_that_the_chip_calls_faulty_has_no_value()
    {
        var chip = _machine.AddHwmon(0, "max31730");
        FakeMachine.Write(chip, "temp2_input", "127000");
        FakeMachine.Write(chip, "temp2_fault", "1");

        Assert.That(_sensors.Read("max31730", "temp2").Fault, Does.Contain("temp2 is faulty"));
    }

    [TestCase("")]
    [TestCase("N/A")]
    [TestCase("1e999")]
    [TestCase("nan")]
    public void What_is_no_number_is_a_fault(string text)
    {
        FakeMachine.Write(_machine.AddHwmon(0, "lm75"), "temp1_input", text);

        Assert.That(_sensors.Read("lm75", "temp1").Fault, Does.Contain("no number"));
    }

    [Test]
    public void A_bus_that_does_not_answer_is_a_fault()
    {
        var chip = _machine.AddHwmon(0, "lm75");
        FakeMachine.Write(chip, "temp1_input", "20000");
        SensorMachine.Break(chip, "temp1_input");

        Assert.That(_sensors.Read("lm75", "temp1").Fault, Does.StartWith("it does not answer (Input/output error)"));
    }

    [Test]
    public void A_folder_that_vanishes_is_a_fault_and_what_comes_back_is_well()
    {
        var chip = _machine.AddHwmon(0, "lm75");
        FakeMachine.Write(chip, "temp1_input", "20000");
        Directory.Delete(chip, recursive: true);

        Assert.That(_sensors.Read("lm75", "temp1").Fault, Does.StartWith("this machine has no hwmon sensor"));
        Assert.That(_sensors.Find(), Is.Empty);
        FakeMachine.Write(chip, "name", "lm75");
        FakeMachine.Write(chip, "temp1_input", "20000");
        Assert.That(_sensors.Read("lm75", "temp1").Fault, Is.Null);
    }

    [TestCase("../../../../etc/passwd")]
    [TestCase("..")]
    public void A_channel_leads_nowhere_else(string channel)
    {
        FakeMachine.Write(_machine.AddHwmon(0, "lm75"), "temp1_input", "20000");

        Assert.That(_sensors.Read("lm75", channel).Fault, Does.Contain("no channel"));
    }

    [Test]
    public void What_is_there_is_listed_with_units_and_values()
    {
        var chip = _machine.AddHwmon(0, "sht3x");
        FakeMachine.Write(chip, "temp1_input", "21500");
        FakeMachine.Write(chip, "humidity1_input", "40100");
        FakeMachine.Write(chip, "temp1_max", "90000");

        Assert.That(_sensors.Find(), Is.EqualTo(new[]
        {
            new FoundSensor(SensorKind.Hwmon, "sht3x", "humidity1", null, "%", PointValue.Of(40.1)),
            new FoundSensor(SensorKind.Hwmon, "sht3x", "temp1", null, "°C", PointValue.Of(21.5)),
        }));
    }
}
