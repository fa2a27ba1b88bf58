namespace Roost.Hardware;

/// <summary>A GPIO chip of the machine.</summary>
/// <param name="Label">What its driver calls it; empty when it could not be opened.</param>
/// <param name="Fault">Why it could not be looked at; null when it could.</param>
public sealed record GpioChipDescription(string Name, string Label, IReadOnlyList<GpioLineDescription> Lines, string? Fault);
