namespace Roost.Hardware.Gpio;

/// <summary>A change of an input, as the kernel saw it.</summary>
/// <param name="IsActive">The logical level after it.</param>
/// <param name="Timestamp">Nanoseconds of the monotonic clock, taken when the interrupt came.</param>
/// <param name="Sequence">From 1 on, one more for each edge of this line since it was taken; a gap means that edges were lost before they could be read.</param>
internal readonly record struct LineEdge(bool IsActive, ulong Timestamp, uint Sequence);
