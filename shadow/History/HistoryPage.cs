using Roost.Storage.Logs;

namespace Roost.Shadow.History;

/// <param name="Entries">Newest first.</param>
/// <param name="Next">Where an older page begins: what it asks for as <c>before</c>. Null when nothing older is kept.</param>
/// <param name="Damage">The journal cannot be read from this record on, up to where this page ended; null when all is well.</param>
internal sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, long? Next, CorruptLogException? Damage);
