using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>Thermal zones, by Documentation/ABI/testing/sysfs-class-thermal: thousandths of a degree. A Raspberry Pi has one, <c>cpu-thermal</c>.</summary>
internal sealed class ThermalSensors(SystemFolders folders) : ISensorFamily
{
    /// <summary>The processor's, by the names that drivers give it.</summary>
    private static readonly string[] s_processors = ["cpu-thermal", "cpu_thermal", "x86_pkg_temp", "soc-thermal", "soc_thermal"];

    public SensorKind Kind => SensorKind.Thermal;

    public bool IsSlow => false;

    public bool IsTemperature(string? channel) => true;

    public SensorReading Read(string? device, string? channel)
    {
        if (channel is not (null or "temp"))
        {
            return SensorReading.Failed($"thermal zones have no channel {channel}; leave it out");
        }

        var zones = Devices();
        device ??= Array.Find(s_processors, name => zones.Exists(zone => zone.Name == name));
        return SensorDevice.Choose(zones, device, "thermal", out var fault) is not { } zone ? SensorReading.Failed(fault) : Measure(zone);
    }

    public IEnumerable<FoundSensor> Find()
    {
        var zones = Devices();
        return zones.Select(zone => new FoundSensor(Kind, SensorDevice.NameAmong(zones, zone), "temp", null, "°C", Measure(zone).Value));
    }

    private static SensorReading Measure(SensorDevice zone) =>
        SysText.ReadNumber(Path.Combine(zone.Folder, "temp"), out var fault) is { } value ? SensorReading.Of(value / 1000) : SensorReading.Failed(fault);

    private List<SensorDevice> Devices() =>
    [
        .. SysText.Entries(Path.Combine(folders.Sys, "class", "thermal"))
            .Where(static folder => Path.GetFileName(folder).StartsWith("thermal_zone", StringComparison.Ordinal))
            .Select(static folder => SystemFile.TryRead(Path.Combine(folder, "type")) is { Length: > 0 } type ? new SensorDevice(type, Path.GetFileName(folder), folder) : null)
            .OfType<SensorDevice>(),
    ];
}
