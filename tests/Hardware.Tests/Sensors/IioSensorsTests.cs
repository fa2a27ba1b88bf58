using Roost.Hardware.Sensors;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Sensors;

internal sealed class IioSensorsTests
{
    private SensorMachine _machine = null!;
    private IioSensors _sensors = null!;

    [SetUp]
    public void MakeMachine()
    {
        _machine = new SensorMachine();
        _sensors = new IioSensors(_machine.Folders);
    }

    [TearDown]
    public void RemoveMachine() => _machine.Dispose();

    [Test]
    public void Processed_values_are_taken_in_the_units_that_people_use()
    {
        var sensor = _machine.AddIio(0, "bme280");
        FakeMachine.Write(sensor, "in_temp_input", "23680");
        FakeMachine.Write(sensor, "in_pressure_input", "101.325");
        FakeMachine.Write(sensor, "in_humidityrelative_input", "41538");

        Assert.That(_sensors.Read("bme280", "temp").Value.AsNumber, Is.EqualTo(23.68));
        Assert.That(_sensors.Read("bme280", "pressure").Value.AsNumber, Is.EqualTo(1013.25));
        Assert.That(_sensors.Read("bme280", "humidityrelative").Value.AsNumber, Is.EqualTo(41.538));
        Assert.That(_sensors.Find().Select(found => $"{found.Channel} {found.Value} {found.Unit}"), Is.EqualTo(new[] { "humidityrelative 41.538 %", "pressure 1013.25 hPa", "temp 23.68 °C" }));
    }

    [Test]
    public void Raw_values_get_offset_and_scale_of_their_own_or_of_their_type()
    {
        var dummy = _machine.AddIio(0, "iio_dummy_part_no"); // the files of the kernel's iio_dummy
        FakeMachine.Write(dummy, "in_voltage0_raw", "73");
        FakeMachine.Write(dummy, "in_voltage0_offset", "7");
        FakeMachine.Write(dummy, "in_voltage0_scale", "0.001333");
        FakeMachine.Write(dummy, "in_voltage1-voltage2_raw", "33");
        FakeMachine.Write(dummy, "in_voltage3-voltage4_raw", "-34");
        FakeMachine.Write(dummy, "in_voltage-voltage_scale", "0.000001344");
        FakeMachine.Write(dummy, "in_accel_x_raw", "34");
        FakeMachine.Write(dummy, "in_accel_scale", "0.5");

        Assert.That(_sensors.Read(null, "voltage0").Value.AsNumber, Is.EqualTo(0.00010664));
        Assert.That(_sensors.Read(null, "voltage3-voltage4").Fault, Is.Null);
        Assert.That(_sensors.Read(null, "accel_x").Value.AsNumber, Is.EqualTo(17));
    }

    [Test]
    public void A_type_whose_channels_share_a_scale_uses_it()
    {
        var adc = _machine.AddIio(0, "ads1015");
        FakeMachine.Write(adc, "in_voltage0_raw", "1000");
        FakeMachine.Write(adc, "in_voltage_scale", "3");
        FakeMachine.Write(adc, "in_voltage1-voltage2_raw", "500");
        FakeMachine.Write(adc, "in_voltage-voltage_scale", "2");

        Assert.That(_sensors.Read("ads1015", "voltage0").Value.AsNumber, Is.EqualTo(3));
        Assert.That(_sensors.Read("ads1015", "voltage1-voltage2").Value.AsNumber, Is.EqualTo(1));
    }

    [Test]
    public void A_scale_that_cannot_be_read_is_not_taken_for_one()
    {
        var adc = _machine.AddIio(0, "ads1015");
        FakeMachine.Write(adc, "in_voltage0_raw", "1000");
        FakeMachine.Write(adc, "in_voltage0_scale", "3");
        SensorMachine.Break(adc, "in_voltage0_scale");

        Assert.That(_sensors.Read("ads1015", "voltage0").Fault, Does.StartWith("it does not answer"));
    }

    [Test]
    public void A_label_of_the_device_wins_over_its_drivers_name_and_places_tell_two_apart()
    {
        FakeMachine.Write(_machine.AddIio(0, "bme280", "1-0076"), "in_temp_input", "1000");
        FakeMachine.Write(_machine.AddIio(1, "bme280", "1-0077"), "in_temp_input", "2000");
        var labelled = _machine.AddIio(2, "bme280", "2-0076");
        FakeMachine.Write(labelled, "label", "greenhouse");
        FakeMachine.Write(labelled, "in_temp_input", "3000");

        Assert.That(_sensors.Read("bme280", "temp").Fault, Does.Contain("write bme280@1-0076, bme280@1-0077"));
        Assert.That(_sensors.Read("bme280@1-0077", "temp").Value.AsNumber, Is.EqualTo(2));
        Assert.That(_sensors.Read("greenhouse", null).Value.AsNumber, Is.EqualTo(3));
    }

    [Test]
    public void Buffers_triggers_and_rubbish_are_no_sensors()
    {
        var adc = _machine.AddIio(0, "ads1015");
        FakeMachine.Write(adc, "buffer/enable", "0");
        FakeMachine.Write(adc, "sampling_frequency", "128");
        FakeMachine.Write(adc, "out_voltage0_raw", "1");
        FakeMachine.Write(adc, "in_voltage0_raw", "busy");

        Assert.That(_sensors.Find().Select(found => found.Channel), Is.EqualTo(new[] { "voltage0" }));
        Assert.That(_sensors.Read(null, null).Fault, Does.Contain("has no number (busy)"));
    }
}
