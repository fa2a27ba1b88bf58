namespace Roost.Cli.Sticks;

/// <summary>Which records are exported: from a place on (oldest), up to and without another (the end at the beginning of the export).</summary>
/// <param name="From">An offset, a time, <c>oldest</c> or <c>latest</c>.</param>
/// <param name="SinceLast">From where the last export of this kind ended, and note where this one ends.</param>
internal sealed record StickRange(string? From, string? Until, bool SinceLast);
