using System.Runtime.InteropServices;

namespace Roost.Gateway.Disks;

/// <summary>How much of something comes in a day.</summary>
/// <param name="Over">The time that it was looked at: the last day, or less.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DailyRate(double PerDay, TimeSpan Over);
