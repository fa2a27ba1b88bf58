namespace Roost.Streams;

/// <summary>In which order an export catches up after an outage.</summary>
public enum BacklogOrder
{
    /// <summary>All records in the order of their offsets: what is new waits until everything before it has gone.</summary>
    InOrder,

    /// <summary>What is new goes at once, and the backlog beside it, its oldest records first.</summary>
    OldestFirst,

    /// <summary>What is new goes at once, and the backlog beside it, its newest records first.</summary>
    NewestFirst,
}
