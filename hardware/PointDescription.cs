using Roost.Hardware.Reporting;

namespace Roost.Hardware;

/// <summary>A property of a thing that a line or a sensor has, as it is now.</summary>
/// <param name="Source">The line or sensor, for people: <c>gpiochip0 line 17</c>.</param>
/// <param name="IsOutput">Whether the shadow's desired state drives it.</param>
/// <param name="At">When it was measured; null before the first time.</param>
/// <param name="Fault">What is wrong and what to do; null when nothing is.</param>
public sealed record PointDescription(string Thing, string Property, string Source, bool IsOutput, PointValue Value, DateTimeOffset? At, string? Fault);
