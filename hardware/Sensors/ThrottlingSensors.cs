using System.Globalization;
using Roost.Hardware.Reporting;
using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>
/// What keeps a Raspberry Pi from its full speed: the firmware's word, as bits in hexadecimal. Under-voltage is asked of the driver <c>rpi_volt</c> where it is there, as newer kernels want it.
/// </summary>
internal sealed class ThrottlingSensors(SystemFolders folders) : ISensorFamily
{
    private const string Any = "any";
    private const int SinceBoot = 16; // the same bits, of what has been so at some time

    /// <summary>The channel <c>any</c> is the first four together.</summary>
    private static readonly (string Channel, int Bit)[] s_bits = [("under-voltage", 0), ("frequency-capped", 1), ("throttled", 2), ("soft-temperature-limit", 3)];

    public SensorKind Kind => SensorKind.Throttling;

    public bool IsSlow => false;

    public bool IsTemperature(string? channel) => false;

    /// <param name="channel">Null: <c>any</c>. With <c>-seen</c> behind it: since the machine started.</param>
    public SensorReading Read(string? device, string? channel)
    {
        channel ??= Any;
        var mask = MaskOf(channel);
        if (mask == 0)
        {
            return SensorReading.Failed($"there is no channel {channel}; there are {string.Join(", ", Channels())}");
        }

        if (mask == 1 && VoltageAlarm() is { } alarm)
        {
            return SysText.ReadNumber(alarm, out var unread) is { } value ? SensorReading.Of(PointValue.Of(value > 0)) : SensorReading.Failed(unread);
        }

        if (FirmwareFile() is not { } path)
        {
            return SensorReading.Failed("this machine has no Raspberry Pi firmware that would tell (soc:firmware/get_throttled)");
        }

        return SysText.Read(path, out var fault) is not { } text ? SensorReading.Failed(fault)
            : uint.TryParse(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits)
                ? SensorReading.Of(PointValue.Of((bits & mask) != 0))
                : SensorReading.Failed($"the firmware gives no number ({(text.Length > 40 ? text[..40] : text)})");
    }

    public IEnumerable<FoundSensor> Find() => FirmwareFile() is null && VoltageAlarm() is null ? []
        : Channels().Where(channel => FirmwareFile() is not null || channel == s_bits[0].Channel).Select(channel => new FoundSensor(Kind, "firmware", channel, null, "", Read(null, channel).Value));

    private static IEnumerable<string> Channels() => [Any, .. s_bits.Select(static bit => bit.Channel), .. s_bits.Select(static bit => bit.Channel + "-seen")];

    private static uint MaskOf(string channel)
    {
        if (channel == Any)
        {
            return 0xF;
        }

        foreach (var (name, bit) in s_bits)
        {
            if (channel == name || channel == name + "-seen")
            {
                return 1u << (channel == name ? bit : bit + SinceBoot);
            }
        }

        return 0;
    }

    /// <summary>On a Raspberry Pi 5 the SoC's node has an address in its name.</summary>
    private string? FirmwareFile()
    {
        var platform = Path.Combine(folders.Sys, "devices", "platform");
        return SysText.Entries(platform).Where(static path => Path.GetFileName(path).StartsWith("soc", StringComparison.Ordinal))
            .SelectMany(static soc => SysText.Entries(soc).Where(static path => Path.GetFileName(path).EndsWith("firmware", StringComparison.Ordinal)).Prepend(soc))
            .Select(static folder => Path.Combine(folder, "get_throttled"))
            .FirstOrDefault(File.Exists);
    }

    private string? VoltageAlarm() => SysText.Entries(Path.Combine(folders.Sys, "class", "hwmon"))
        .Where(static folder => SystemFile.TryRead(Path.Combine(folder, "name")) == "rpi_volt")
        .Select(static folder => Path.Combine(folder, "in0_lcrit_alarm"))
        .FirstOrDefault(File.Exists);
}
