using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Sensors;

/// <summary>Sensors as things: from the files to the shadow.</summary>
internal sealed class SensorSourceTests
{
    private const string Good = "4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES\n4b 01 4b 46 7f ff 05 10 e1 t=20687";

    private static readonly TimeSpan s_often = TimeSpan.FromMilliseconds(100);

    private SensorMachine _machine = null!;
    private HardwareRig _rig = null!;

    [SetUp]
    public void MakeRig()
    {
        _machine = new SensorMachine();
        _rig = new HardwareRig { Configure = services => services.AddSingleton(_machine.Folders) };
    }

    [TearDown]
    public async Task StopRig()
    {
        await _rig.DisposeAsync();
        _machine.Dispose();
    }

    [Test]
    public async Task A_sensor_is_a_property_of_a_thing_with_the_unit_that_the_owner_wants()
    {
        var zone = _machine.AddZone(0, "cpu-thermal", "50000");
        Add("cpu-temperature", SensorKind.Thermal);
        Add("cpu-fahrenheit", SensorKind.Thermal, sensor => (sensor.Scale, sensor.Offset) = (1.8, 32));
        await _rig.StartAsync();

        await _rig.ReportsAsync("pi", "cpu-temperature", "50");
        await _rig.ReportsAsync("pi", "cpu-fahrenheit", "122");
        FakeMachine.Write(zone, "temp", "61234");
        await _rig.ReportsAsync("pi", "cpu-temperature", "61.234");
    }

    [Test]
    public async Task Its_values_go_to_its_topic_too_and_those_within_the_deadband_nowhere()
    {
        var zone = _machine.AddZone(0, "cpu-thermal", "50000");
        Add("cpu-temperature", SensorKind.Thermal, sensor => (sensor.Topic, sensor.Deadband) = ("site/pi/temperature", new Deadband(2, IsPercent: false)));
        await _rig.StartWithoutHardwareAsync();
        var told = await _rig.ListenAsync("site/pi/temperature");
        await _rig.StartHardwareAsync();
        await _rig.ReportsAsync("pi", "cpu-temperature", "50");

        FakeMachine.Write(zone, "temp", "51500");
        await Eventually.IsTrueAsync(() => _rig.Hardware.Points.Single().Value.AsNumber == 51.5, "a reading of 51.5");
        FakeMachine.Write(zone, "temp", "53000");
        await Eventually.IsTrueAsync(() => told.Count == 2, "the value beyond the deadband");

        Assert.That(told.Select(message => message.Body["value"]!.GetValue<double>()), Is.EqualTo(new[] { 50.0, 53.0 }));
    }

    [Test]
    public async Task A_sensor_that_is_not_there_is_told_once_and_is_well_when_it_comes()
    {
        Add("greenhouse", SensorKind.W1, sensor => sensor.Device = "28-00000a1b2c3d");
        await _rig.StartAsync();
        await Eventually.IsTrueAsync(() => _rig.Hardware.Points.Single().Fault is not null, "the fault");
        await _rig.ReportsAsync("pi", "greenhouse", "absent");

        Assert.That(_rig.Hardware.Points.Single().Fault, Does.StartWith("this machine has no 1-Wire sensor"));
        _machine.AddW1("28-00000a1b2c3d", Good);

        await _rig.ReportsAsync("pi", "greenhouse", "20.687");
        Assert.That(_rig.Hardware.Points.Single().Fault, Is.Null);
        Assert.That(_rig.Log.Count(7000), Is.EqualTo(1), "however often it was tried");
    }

    [Test]
    public async Task A_sensor_that_stops_to_answer_is_unknown_after_three_readings_and_not_before()
    {
        var chip = _machine.AddHwmon(0, "lm75");
        FakeMachine.Write(chip, "temp1_input", "25500");
        Add("rack", SensorKind.Hwmon, sensor => sensor.Every = TimeSpan.FromMilliseconds(100));
        await _rig.StartAsync();
        await _rig.ReportsAsync("pi", "rack", "25.5");

        SensorMachine.Break(chip, "temp1_input");
        await _rig.ReportsAsync("pi", "rack", "absent");

        Assert.That(_rig.Hardware.Points.Single().Fault, Does.Contain("does not answer"));
        File.Delete(Path.Combine(chip, "temp1_input"));
        FakeMachine.Write(chip, "temp1_input", "26500");
        await _rig.ReportsAsync("pi", "rack", "26.5");
    }

    [Test]
    public async Task One_reading_that_fails_is_no_fault_and_three_are()
    {
        await _rig.StartWithoutHardwareAsync();
        var point = _rig.Get<PointReporter>().Add("pi", "rack", "test", new PointRule());
        var sensor = new SensorPoint(new SensorOptions(), new ThermalSensors(_machine.Folders), point, _rig.Get<HardwareMetrics>());
        var now = DateTimeOffset.UnixEpoch;

        sensor.Take(SensorReading.Of(20.0), now);
        sensor.Take(SensorReading.Failed("crc"), now);
        sensor.Take(SensorReading.Failed("crc"), now);

        Assert.That((point.Fault, point.Describe().Value), Is.EqualTo(((string?)null, PointValue.Of(20.0))));
        sensor.Take(SensorReading.Failed("crc"), now);
        Assert.That((point.Fault, point.Describe().Value), Is.EqualTo(("crc", PointValue.None)));
        sensor.Take(SensorReading.Of(21.0), now);
        sensor.Take(SensorReading.Failed("crc"), now);
        Assert.That((point.Fault, point.Describe().Value), Is.EqualTo(((string?)null, PointValue.Of(21.0))), "it counts anew");
    }

    [Test]
    public async Task A_defect_in_one_device_is_told_at_once_and_takes_its_value_away()
    {
        await _rig.StartWithoutHardwareAsync();
        await using var reporter = new PointReporter(_rig.Broker, TimeProvider.System, _rig.Get<HardwareMetrics>(), NullLogger<PointReporter>.Instance);
        var point = reporter.Add("pi", "rack", "hwmon lm75", new PointRule());
        point.Report(PointValue.Of(20.0), DateTimeOffset.UnixEpoch);
        var sensor = new SensorPoint(new SensorOptions(), new DefectiveSensors(), point, _rig.Get<HardwareMetrics>());

        await new SensorLoop([sensor], isSlow: false, TimeProvider.System, _rig.Log).RunAsync(CancellationToken.None);
        Assert.That((point.Fault, point.Describe().Value), Is.EqualTo(("it is not read any more, by a defect of Roost: the log says more; restart the daemon", PointValue.None)));
        Assert.That(_rig.Log.Lines.Single(static line => line.Id == 7007).Text, Does.Contain("hwmon lm75"));
    }

    [Test]
    public async Task A_sensor_that_hangs_keeps_no_other_waiting_nor_the_stop()
    {
        var zone = _machine.AddZone(0, "cpu-thermal", "50000");
        var hanging = _machine.AddW1("28-00000a1b2c3d", Good);
        SensorMachine.Hang(hanging, "w1_slave");
        Add("greenhouse", SensorKind.W1, sensor => sensor.Device = "28-00000a1b2c3d");
        Add("cpu-temperature", SensorKind.Thermal);
        await _rig.StartAsync();
        await _rig.ReportsAsync("pi", "cpu-temperature", "50");

        FakeMachine.Write(zone, "temp", "60000");
        await _rig.ReportsAsync("pi", "cpu-temperature", "60");
        await _rig.ReportsAsync("pi", "greenhouse", "absent");

        await Task.Run(() => SensorMachine.Answer(hanging, "w1_slave", Good));
        await _rig.ReportsAsync("pi", "greenhouse", "20.687");
    }

    [Test]
    public async Task All_that_is_there_is_found()
    {
        _machine.AddZone(0, "cpu-thermal", "50000");
        _machine.AddW1("28-00000a1b2c3d", Good);
        FakeMachine.Write(_machine.AddHwmon(0, "lm75"), "temp1_input", "25500");
        FakeMachine.Write(_machine.AddIio(0, "bme280"), "in_temp_input", "23680");
        _machine.Disks.AddCard();
        await _rig.StartWithoutHardwareAsync();

        Assert.That(_rig.Get<ISensors>().Find().Select(found => $"{found.Source} {found.Device} {found.Channel} {found.Value}"), Is.EquivalentTo(new[]
        {
            "Thermal cpu-thermal temp 50", "Hwmon lm75 temp1 25.5", "Iio bme280 temp 23.68", "W1 28-00000a1b2c3d temperature null", "Card mmcblk0 written 0.537",
        }));
    }

    private sealed class DefectiveSensors : ISensorFamily
    {
        public SensorKind Kind => SensorKind.Hwmon;

        public bool IsSlow => false;

        public SensorReading Read(string? device, string? channel) => throw new InvalidOperationException("a defect");

        public bool IsTemperature(string? channel) => true;

        public IEnumerable<FoundSensor> Find() => [];
    }

    private void Add(string property, SensorKind source, Action<SensorOptions>? configure = null)
    {
        var sensor = new SensorOptions { Thing = "pi", Property = property, Source = source, Every = s_often, MinInterval = TimeSpan.Zero };
        configure?.Invoke(sensor);
        _rig.Options.Sensors.Add(sensor);
    }
}
