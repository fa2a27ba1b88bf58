using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Sensors;

/// <summary>The board's own: processor, supply and card.</summary>
internal sealed class OwnSensorsTests
{
    private SensorMachine _machine = null!;

    [SetUp]
    public void MakeMachine() => _machine = new SensorMachine();

    [TearDown]
    public void RemoveMachine() => _machine.Dispose();

    [Test]
    public void The_processor_is_the_zone_that_is_called_so()
    {
        var sensors = new ThermalSensors(_machine.Folders);
        _machine.AddZone(0, "gpu-thermal", "40000");
        _machine.AddZone(1, "cpu-thermal", "51540");

        Assert.That(sensors.Read(null, null).Value.AsNumber, Is.EqualTo(51.54));
        Assert.That(sensors.Read("gpu-thermal", null).Value.AsNumber, Is.EqualTo(40));
        Assert.That(sensors.Read("npu", null).Fault, Does.Contain("there are gpu-thermal, cpu-thermal"));
        Assert.That(sensors.Find().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Two_zones_of_unknown_names_have_to_be_chosen_from()
    {
        var sensors = new ThermalSensors(_machine.Folders);
        _machine.AddZone(0, "acpitz", "27800");
        Assert.That(sensors.Read(null, null).Value.AsNumber, Is.EqualTo(27.8), "one only");
        _machine.AddZone(1, "acpitz", "29800");

        Assert.That(sensors.Read(null, null).Fault, Does.Contain("acpitz@thermal_zone0, acpitz@thermal_zone1"));
        Assert.That(sensors.Read("acpitz@thermal_zone1", null).Value.AsNumber, Is.EqualTo(29.8));
    }

    [TestCase("0", "any", false)]
    [TestCase("50005", "any", true)]
    [TestCase("50005", "under-voltage", true)]
    [TestCase("50005", "frequency-capped", false)]
    [TestCase("50005", "throttled", true)]
    [TestCase("50000", "any", false, Description = "it was, and is not now")]
    [TestCase("50000", "throttled-seen", true)]
    [TestCase("50000", "frequency-capped-seen", false)]
    [TestCase("0x80008", "soft-temperature-limit", true)]
    [TestCase("80008", "soft-temperature-limit-seen", true)]
    public void The_firmwares_bits_are_told_apart(string bits, string channel, bool value)
    {
        _machine.Throttling(bits);

        Assert.That(new ThrottlingSensors(_machine.Folders).Read(null, channel), Is.EqualTo(SensorReading.Of(PointValue.Of(value))));
    }

    [Test]
    public void Under_voltage_is_asked_of_the_driver_that_newer_kernels_have_for_it()
    {
        var sensors = new ThrottlingSensors(_machine.Folders);
        _machine.Throttling("0", soc: "soc@107c000000", firmware: "soc@107c000000:firmware");
        FakeMachine.Write(_machine.AddHwmon(2, "rpi_volt", place: null), "in0_lcrit_alarm", "1");

        Assert.That(sensors.Read(null, "under-voltage").Value, Is.EqualTo(PointValue.Of(true)));
        Assert.That(sensors.Read(null, "throttled").Value, Is.EqualTo(PointValue.Of(false)));
        Assert.That(sensors.Find().Count(), Is.EqualTo(9));
    }

    [TestCase("rubbish", "throttled", "no number")]
    [TestCase("0", "warp", "there is no channel warp; there are any, under-voltage")]
    public void What_the_firmware_cannot_mean_is_a_fault(string bits, string channel, string fault)
    {
        _machine.Throttling(bits);

        Assert.That(new ThrottlingSensors(_machine.Folders).Read(null, channel).Fault, Does.Contain(fault));
    }

    [Test]
    public void A_machine_that_is_no_Raspberry_Pi_says_so()
    {
        var sensors = new ThrottlingSensors(_machine.Folders);

        Assert.That(sensors.Read(null, null).Fault, Does.Contain("no Raspberry Pi firmware"));
        Assert.That(sensors.Find(), Is.Empty);
    }

    [Test]
    public void A_card_tells_what_is_written_and_an_emmc_what_it_has_used_of_its_life()
    {
        var sensors = new CardSensors(_machine.Folders);
        var card = _machine.Disks.AddCard(type: "MMC");
        Assert.That(sensors.Read(null, null).Value.AsNumber, Is.EqualTo(0.537), "GB since the start");
        Assert.That(sensors.Read("mmcblk0", "used").Fault, Does.Contain("SD cards never do"));
        FakeMachine.Write(card, "device/life_time", "0x02 0x01");
        FakeMachine.Write(card, "device/pre_eol_info", "0x01");

        Assert.That(sensors.Read(null, "used").Value.AsNumber, Is.EqualTo(20));
        Assert.That(sensors.Read(null, "reserve").Value.AsNumber, Is.EqualTo(1));
        Assert.That(sensors.Read(null, "colour").Fault, Does.Contain("it has written"));
        Assert.That(sensors.Find().Select(found => found.Channel), Is.EqualTo(new[] { "written", "used", "reserve" }), "partitions are no cards");
    }
}
