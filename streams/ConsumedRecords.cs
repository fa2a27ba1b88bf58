namespace Roost.Streams;

/// <summary>What becomes of records that every export, function and cursor of their stream is done with.</summary>
public enum ConsumedRecords
{
    /// <summary>They stay until the retention takes them: history.</summary>
    Keep,

    /// <summary>They go, and their space is given back. Where nobody consumes a stream nothing goes.</summary>
    Free,
}
