namespace Roost.LocalLambda.Queue;

/// <summary>What is kept in memory of an event in the queue: everything but the event. Owned by its <see cref="QueueSchedule"/>.</summary>
internal sealed class QueueEntry
{
    /// <summary>Under this offset the log knows it.</summary>
    public required long Offset { get; set; }

    /// <summary>Where the log has it to read: another than <see cref="Offset"/> while it is being moved.</summary>
    public required long ReadFrom { get; set; }

    public required string? Qualifier { get; init; }

    /// <summary>Of the record in the log.</summary>
    public required int Bytes { get; init; }

    /// <summary>When the event was accepted, by <see cref="EventClock"/>.</summary>
    public required TimeSpan TakenAt { get; init; }

    /// <summary>True for what a destination is to get: nothing is run for it.</summary>
    public bool IsDelivery { get; init; }

    /// <summary>Runs that failed.</summary>
    public int Failures { get; set; }

    /// <summary>Times that it could not be run, or not be delivered, for want of something. They lengthen the wait and do not count otherwise.</summary>
    public int Throttles { get; set; }

    /// <summary>Not before; by <see cref="EventClock"/>.</summary>
    public TimeSpan Due { get; set; }

    public QueueEntryState State { get; set; }

    /// <summary>Set for one that is to be given up instead of being run.</summary>
    public bool Expired { get; set; }

    /// <summary>
    /// What is left to do of an event that has run, and of which the disk has not taken what became of it: it is not run again, as long as the daemon lives. Null for
    /// one that is still to be run or delivered.
    /// </summary>
    public Func<Task<QueueDecision>>? Rest { get; set; }

    /// <summary>What <see cref="Rest"/> keeps in memory.</summary>
    public int RestBytes { get; set; }

    /// <summary>Whether it runs, and is no delivery; set by the schedule when it is taken.</summary>
    public bool IsRun { get; set; }

    /// <summary>Whether the schedule counts it among those that wait for their next try.</summary>
    public bool IsRetry { get; set; }

    /// <summary>Whether the schedule looks at its age already.</summary>
    public bool IsWatched { get; set; }
}
