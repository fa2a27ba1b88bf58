using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;

namespace Roost.Hardware;

/// <summary>One channel of a sensor, as a property of a thing.</summary>
public sealed class SensorOptions : PointOptions
{
    public SensorKind? Source { get; set; }

    /// <summary>
    /// The sensor's name, not its number, which changes from boot to boot: <c>lm75</c>, <c>bme280</c>, <c>28-00000a1b2c3d</c>, <c>cpu-thermal</c>; with <c>@</c> and its place where there are
    /// several: <c>lm75@1-0048</c>. Null: the only one, or for <c>thermal</c> the processor's.
    /// </summary>
    public string? Device { get; set; }

    /// <summary>What of it: <c>temp1</c> or its label, <c>humidityrelative</c>, <c>under-voltage</c>. Null: the only one, or the usual one.</summary>
    public string? Channel { get; set; }

    /// <summary>How often it is read; 100 ms to a day. Default 10 s.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>By how much the value must differ from the one last told, as 0.5 or 2%. Null: 0.5 for temperatures, else 1%.</summary>
    public Deadband? Deadband { get; set; }

    /// <summary>The value is what was measured times this, plus <see cref="Offset"/>. Default 1.</summary>
    public double Scale { get; set; } = 1;

    public double Offset { get; set; }
}
