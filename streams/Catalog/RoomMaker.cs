using Roost.Storage.Logs;

namespace Roost.Streams.Catalog;

/// <summary>What a full stream asks before it refuses. Streams are made before those whose positions tell what may go.</summary>
internal sealed class RoomMaker
{
    /// <summary>Frees what all consumers of the stream are done with; true when anything was.</summary>
    public Func<RecordStream, bool> Free { get; set; } = static _ => false;

    /// <summary>Whether all streams together may have so many bytes more, in so many records; null when they may, else why not. The last says that the caller may wait for another look.</summary>
    public Func<RecordStream, long, int, bool, LogFullException?> Admit { get; set; } = static (_, _, _, _) => null;

    /// <summary>Says who holds what could be freed, and what to do.</summary>
    public Func<RecordStream, LogFullException, LogFullException> Explain { get; set; } = static (_, refusal) => refusal;
}
