using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>
/// Industrial I/O, by Documentation/ABI/testing/sysfs-bus-iio: <c>in_TYPE_input</c> is done; <c>in_TYPE_raw</c> wants (raw + offset) * scale, both of the channel or of all channels of its type.
/// </summary>
internal sealed class IioSensors(SystemFolders folders) : ISensorFamily
{
    private const string Prefix = "in_";
    private const string Input = "_input";
    private const string Raw = "_raw";

    /// <summary>By the letters that a channel begins with: how many of the ABI's units make one of ours, and which. What is not here is told as the ABI has it.</summary>
    private static readonly Dictionary<string, (double Divisor, string Unit)> s_quantities = new(StringComparer.Ordinal)
    {
        ["voltage"] = (1000, "V"), ["altvoltage"] = (1000, "V"), ["current"] = (1000, "A"), ["altcurrent"] = (1000, "A"), ["power"] = (1000, "W"), ["temp"] = (1000, "°C"),
        ["humidityrelative"] = (1000, "%"), ["pressure"] = (0.1, "hPa"), ["accel"] = (1, "m/s²"), ["anglvel"] = (1, "rad/s"), ["magn"] = (1, "G"), ["illuminance"] = (1, "lx"),
        ["distance"] = (1, "m"), ["resistance"] = (1, "Ω"), ["concentration"] = (1, "%"), ["positionrelative"] = (1000, "%"), ["capacitance"] = (1, "nF"), ["energy"] = (1, "J"),
        ["velocity"] = (1, "m/s"), ["electricalconductivity"] = (1, "S/m"), ["angl"] = (1, "rad"), ["phase"] = (1, "rad"), ["gravity"] = (1, "m/s²"),
    };

    public SensorKind Kind => SensorKind.Iio;

    public bool IsSlow => false;

    public bool IsTemperature(string? channel) => channel is not null && TypeOf(channel) == "temp";

    public SensorReading Read(string? device, string? channel)
    {
        if (SensorDevice.Choose(Devices(), device, "IIO", out var fault) is not { } found)
        {
            return SensorReading.Failed(fault);
        }

        var channels = Channels(found);
        channel ??= channels.Count == 1 ? channels[0] : null;
        return channel is null
            ? SensorReading.Failed(channels.Count == 0 ? $"{found.Name} measures nothing" : $"{found.Name} has several channels: write one of {string.Join(", ", channels)}")
            : channels.Contains(channel) ? Measure(found, channel)
            : channels.Find(one => LabelOf(found, one) == channel) is { } labelled ? Measure(found, labelled)
            : SensorReading.Failed($"{found.Name} has no channel {channel}; it has {string.Join(", ", channels)}");
    }

    public IEnumerable<FoundSensor> Find()
    {
        var devices = Devices();
        return devices.SelectMany(device => Channels(device).Select(channel => new FoundSensor(
            Kind, SensorDevice.NameAmong(devices, device), channel, LabelOf(device, channel), QuantityOf(channel).Unit, Measure(device, channel).Value)));
    }

    private static SensorReading Measure(SensorDevice device, string channel)
    {
        var divisor = QuantityOf(channel).Divisor;
        var input = Path.Combine(device.Folder, Prefix + channel + Input);
        if (File.Exists(input))
        {
            return SysText.ReadNumber(input, out var unread) is { } done ? SensorReading.Of(done / divisor) : SensorReading.Failed(unread);
        }

        if (SysText.ReadNumber(Path.Combine(device.Folder, Prefix + channel + Raw), out var fault) is not { } raw)
        {
            return SensorReading.Failed(fault);
        }

        // A scale that is there and cannot be read is no scale of 1.
        return TryReadShared(device, channel, "scale", 1, out var scale, out fault) && TryReadShared(device, channel, "offset", 0, out var offset, out fault)
            ? SensorReading.Of((raw + offset) * scale / divisor)
            : SensorReading.Failed(fault);
    }

    /// <summary>The channel's own, or that of all channels like it: in_voltage0_scale, in_voltage_scale; of in_accel_x in_accel_scale.</summary>
    private static bool TryReadShared(SensorDevice device, string channel, string what, double absent, out double value, out string fault)
    {
        foreach (var name in (string[])[channel, WithoutNumbers(channel), TypeOf(channel)])
        {
            var path = Path.Combine(device.Folder, $"{Prefix}{name}_{what}");
            if (File.Exists(path))
            {
                var read = SysText.ReadNumber(path, out fault);
                value = read ?? absent;
                return read is not null;
            }
        }

        (value, fault) = (absent, "");
        return true;
    }

    private static List<string> Channels(SensorDevice device) =>
    [
        .. SysText.Entries(device.Folder)
            .Select(static path => Path.GetFileName(path))
            .Where(static file => file.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(static file => file.EndsWith(Input, StringComparison.Ordinal) ? file[Prefix.Length..^Input.Length] : file.EndsWith(Raw, StringComparison.Ordinal) ? file[Prefix.Length..^Raw.Length] : "")
            .Where(static channel => channel.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .OrderBy(TypeOf, StringComparer.Ordinal).ThenBy(static channel => channel.Length).ThenBy(static channel => channel, StringComparer.Ordinal),
    ];

    private static string? LabelOf(SensorDevice device, string channel) => SystemFile.TryRead(Path.Combine(device.Folder, $"{Prefix}{channel}_label"));

    private static string WithoutNumbers(string channel) => string.Concat(channel.Where(static letter => !char.IsAsciiDigit(letter)));

    private static string TypeOf(string channel) => string.Concat(channel.TakeWhile(char.IsAsciiLetter));

    private static (double Divisor, string Unit) QuantityOf(string channel) => s_quantities.GetValueOrDefault(TypeOf(channel), (1, ""));

    private List<SensorDevice> Devices() =>
    [
        .. SysText.Entries(Path.Combine(folders.Sys, "bus", "iio", "devices"))
            .Where(static folder => Path.GetFileName(folder).StartsWith("iio:device", StringComparison.Ordinal))
            .Select(static folder => SystemFile.TryRead(Path.Combine(folder, "label")) is { Length: > 0 } label ? new SensorDevice(label, PlaceOf(folder), folder)
                : SystemFile.TryRead(Path.Combine(folder, "name")) is { Length: > 0 } name ? new SensorDevice(name, PlaceOf(folder), folder)
                : null)
            .OfType<SensorDevice>(),
    ];

    /// <summary>The device above it: 1-0076 of .../i2c-1/1-0076/iio:device0.</summary>
    private static string PlaceOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true) is DirectoryInfo { Parent.Name: var parent } ? parent : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
