using Roost.Hardware.Reporting;
using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>Chips for monitoring, by Documentation/hwmon/sysfs-interface.rst: values are integers, in thousandths or millionths of a unit.</summary>
internal sealed class HwmonSensors(SystemFolders folders) : ISensorFamily
{
    private const string Input = "_input";

    /// <summary>By the letters before the number: how many of the kernel's make one, and of what.</summary>
    private static readonly Dictionary<string, (double Divisor, string Unit)> s_quantities = new(StringComparer.Ordinal)
    {
        ["temp"] = (1000, "°C"), ["in"] = (1000, "V"), ["curr"] = (1000, "A"), ["power"] = (1_000_000, "W"), ["energy"] = (1_000_000, "J"),
        ["humidity"] = (1000, "%"), ["fan"] = (1, "rpm"), ["freq"] = (1, "Hz"),
    };

    public SensorKind Kind => SensorKind.Hwmon;

    public bool IsSlow => false;

    public bool IsTemperature(string? channel) => channel is null || TypeOf(channel) == "temp";

    public SensorReading Read(string? device, string? channel)
    {
        if (SensorDevice.Choose(Devices(), device, "hwmon", out var fault) is not { } found)
        {
            return SensorReading.Failed(fault);
        }

        var channels = Channels(found).ToList();
        channel ??= channels.Count == 1 ? channels[0] : null;
        if (channel is null)
        {
            return SensorReading.Failed(channels.Count == 0 ? $"{found.Name} measures nothing" : $"{found.Name} has several channels: write one of {string.Join(", ", channels)}");
        }

        // An alarm or fault of its own: in0_lcrit_alarm of a Raspberry Pi's supply.
        if ((channel.EndsWith("_alarm", StringComparison.Ordinal) || channel.EndsWith("_fault", StringComparison.Ordinal)) && File.Exists(Path.Combine(found.Folder, channel)))
        {
            return SysText.ReadNumber(Path.Combine(found.Folder, channel), out fault) is { } alarm ? SensorReading.Of(PointValue.Of(alarm > 0)) : SensorReading.Failed(fault);
        }

        var name = channels.Contains(channel) ? channel : channels.Find(one => LabelOf(found, one) == channel);
        return name is null ? SensorReading.Failed($"{found.Name} has no channel {channel}; it has {string.Join(", ", channels)}") : Measure(found, name);
    }

    public IEnumerable<FoundSensor> Find()
    {
        var devices = Devices();
        return devices.SelectMany(device => Channels(device).Select(channel => new FoundSensor(
            Kind, SensorDevice.NameAmong(devices, device), channel, LabelOf(device, channel), s_quantities[TypeOf(channel)].Unit, Measure(device, channel).Value)));
    }

    private static SensorReading Measure(SensorDevice device, string channel)
    {
        if (SysText.ReadNumber(Path.Combine(device.Folder, channel + "_fault"), out _) is > 0)
        {
            return SensorReading.Failed($"{device.Name} says that {channel} is faulty: look whether it is connected");
        }

        return SysText.ReadNumber(Path.Combine(device.Folder, channel + Input), out var fault) is { } value
            ? SensorReading.Of(value / s_quantities[TypeOf(channel)].Divisor)
            : SensorReading.Failed(fault);
    }

    /// <summary>Those with a value of their own, temp1 before temp10.</summary>
    private static IEnumerable<string> Channels(SensorDevice device) => SysText.Entries(device.Folder)
        .Select(path => Path.GetFileName(path))
        .Where(static file => file.EndsWith(Input, StringComparison.Ordinal))
        .Select(static file => file[..^Input.Length])
        .Where(static channel => s_quantities.ContainsKey(TypeOf(channel)))
        .OrderBy(TypeOf, StringComparer.Ordinal).ThenBy(static channel => channel.Length).ThenBy(static channel => channel, StringComparer.Ordinal);

    private static string? LabelOf(SensorDevice device, string channel) => SystemFile.TryRead(Path.Combine(device.Folder, channel + "_label"));

    private static string TypeOf(string channel) => channel.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    private List<SensorDevice> Devices() =>
    [
        .. SysText.Entries(Path.Combine(folders.Sys, "class", "hwmon"))
            .Select(static folder => SystemFile.TryRead(Path.Combine(folder, "name")) is { Length: > 0 } name ? new SensorDevice(name, PlaceOf(folder), folder) : null)
            .OfType<SensorDevice>(),
    ];

    private static string PlaceOf(string folder)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(folder, "device")).ResolveLinkTarget(returnFinalTarget: true)?.Name ?? "";
        }
        catch (IOException)
        {
            return ""; // a chip without a device, such as a thermal zone's
        }
    }
}
