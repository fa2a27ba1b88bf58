namespace Roost.LocalLambda.Queue;

/// <summary>What a queue's log says of an event that stands before it. A mark has no key; see docs/formats/function-queue.md.</summary>
internal sealed record QueueMark
{
    /// <summary>Offset of the event.</summary>
    public long? Of { get; init; }

    /// <summary>It is done. Otherwise it waits, as the members below say.</summary>
    public bool Done { get; init; }

    public int Failures { get; init; }

    public int Throttles { get; init; }

    /// <summary>Milliseconds of the <see cref="EventClock"/>.</summary>
    public long Due { get; init; }

    /// <summary>All events below this offset are done.</summary>
    public long? DoneBelow { get; init; }
}
