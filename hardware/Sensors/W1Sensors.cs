using System.Globalization;
using Roost.Hardware.Reporting;
using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>
/// 1-Wire thermometers, by Documentation/w1/slaves/w1_therm.rst: reading <c>w1_slave</c> measures (750 ms) and gives the sensor's nine bytes with the word on their checksum, then again with
/// the temperature: <c>4b 01 4b 46 7f ff 05 10 e1 : crc=e1 YES</c> and <c>... t=20687</c>. Newer kernels have a file <c>temperature</c> as well, which leaves out what tells a good value from a bad one.
/// </summary>
internal sealed class W1Sensors(SystemFolders folders) : ISensorFamily
{
    /// <summary>DS18S20, DS1822, DS18B20, DS1825 and DS28EA00: the first byte of an address is what it is.</summary>
    private static readonly string[] s_thermometers = ["10-", "22-", "28-", "3b-", "42-"];

    private const int PowerOn = 85_000;      // in the sensor until it has measured for the first time
    private const double Plausible = 80_000; // a sensor that was near it before may well be at it

    private readonly Dictionary<string, double> _last = new(StringComparer.Ordinal); // guarded by itself

    public SensorKind Kind => SensorKind.W1;

    public bool IsSlow => true;

    public bool IsTemperature(string? channel) => true;

    public SensorReading Read(string? device, string? channel)
    {
        if (channel is not (null or "temperature"))
        {
            return SensorReading.Failed($"1-Wire thermometers have no channel {channel}; leave it out");
        }

        if (SensorDevice.Choose(Devices(), device, "1-Wire", out var fault) is not { } found)
        {
            return SensorReading.Failed(fault);
        }

        if (SysText.Read(Path.Combine(found.Folder, "w1_slave"), out fault) is not { } text)
        {
            return SensorReading.Failed(fault);
        }

        double? last;
        lock (_last)
        {
            last = _last.TryGetValue(found.Name, out var before) ? before : null;
        }

        var reading = Parse(text, last);
        if (reading.Fault is null)
        {
            lock (_last)
            {
                _last[found.Name] = reading.Value.AsNumber * 1000;
            }
        }

        return reading;
    }

    /// <summary>Without their values: each would take most of a second.</summary>
    public IEnumerable<FoundSensor> Find() => Devices().Select(device => new FoundSensor(Kind, device.Name, "temperature", null, "°C", PointValue.None));

    /// <param name="last">Thousandths of a degree; null: it was not measured before.</param>
    internal static SensorReading Parse(string text, double? last)
    {
        if (text.Length == 0)
        {
            return SensorReading.Failed("it does not answer: look at its wiring, and at the resistor of 4.7 kΩ between data and supply");
        }

        if (!text.Contains("YES", StringComparison.Ordinal))
        {
            return SensorReading.Failed("its bytes come with a wrong checksum: the cable may be too long, or the resistor between data and supply wrong");
        }

        // Nine zeros have a right checksum, and are what a data line gives that is connected to ground.
        if (text.StartsWith("00 00 00 00 00 00 00 00 00", StringComparison.Ordinal))
        {
            return SensorReading.Failed("it gives zeros only: its data line seems to be connected to ground");
        }

        var at = text.LastIndexOf("t=", StringComparison.Ordinal);
        if (at < 0 || !int.TryParse(text.AsSpan(at + 2).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var thousandths))
        {
            return SensorReading.Failed("the kernel gives no temperature");
        }

        return thousandths == PowerOn && last is not >= Plausible
            ? SensorReading.Failed("it shows 85 °C, which it does before it has measured: its supply is too weak to measure, or was interrupted")
            : SensorReading.Of(thousandths / 1000.0);
    }

    private List<SensorDevice> Devices() =>
    [
        .. SysText.Entries(Path.Combine(folders.Sys, "bus", "w1", "devices"))
            .Where(static folder => s_thermometers.Any(family => Path.GetFileName(folder).StartsWith(family, StringComparison.Ordinal)))
            .Select(static folder => new SensorDevice(Path.GetFileName(folder), "", folder)),
    ];
}
