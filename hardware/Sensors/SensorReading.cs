using System.Globalization;
using System.Runtime.InteropServices;
using Roost.Hardware.Reporting;

namespace Roost.Hardware.Sensors;

/// <summary>A value, or why there is none and what to do.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SensorReading(PointValue Value, string? Fault)
{
    public static SensorReading Of(PointValue value) => new(value, null);

    /// <summary>Rounded to nine digits, more than any sensor resolves: 0.1 and 0.2 are not to make 0.30000000000000004.</summary>
    public static SensorReading Of(double value) =>
        double.IsFinite(value) ? new(PointValue.Of(double.Parse(value.ToString("G9", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)), null) : Failed("the kernel gives something that is no number");

    public static SensorReading Failed(string fault) => new(PointValue.None, fault);
}
