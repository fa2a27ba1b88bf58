using Roost.Hardware.Reporting;
using Roost.Hardware.Sensors;

namespace Roost.Hardware;

/// <summary>A channel of a sensor that the kernel has, configured or not.</summary>
/// <param name="Device">As <see cref="SensorOptions.Device"/> wants it.</param>
/// <param name="Label">What the driver calls the channel; null where it does not.</param>
/// <param name="Unit">Of the value, such as °C; empty where there is none.</param>
/// <param name="Value">Now; <see cref="PointValue.None"/> where it was not read, as of 1-Wire, or did not answer.</param>
public sealed record FoundSensor(SensorKind Source, string Device, string Channel, string? Label, string Unit, PointValue Value);
