namespace Roost.Storage.Logs;

/// <summary>What a log does with a new record once its retention in bytes or records is used up.</summary>
/// <remarks>A disk without space always refuses: dropping one log's past to make room for another's is an operator's decision.</remarks>
public enum LogFullPolicy
{
    /// <summary>Frees the oldest segment; its records count in the metric <c>roost.storage.log.dropped</c>.</summary>
    DropOldest,

    /// <summary>Refuses the record with <see cref="LogFullException"/> until <see cref="AppendLog.TrimTo"/> or age frees a segment.</summary>
    Reject,
}
