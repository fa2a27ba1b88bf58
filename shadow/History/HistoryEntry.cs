using Roost.Shadow.Journal;

namespace Roost.Shadow.History;

/// <summary>One accepted change as the history shows it.</summary>
/// <param name="Time">When it was kept; never falls from one change to the next, whatever the clock does.</param>
/// <param name="Changes">Null where the record before is not kept any more, so that nobody can tell.</param>
internal sealed record HistoryEntry(ShadowChange Change, DateTimeOffset Time, HistoryKind Kind, IReadOnlyList<PathChange>? Changes);
