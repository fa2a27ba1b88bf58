namespace Roost.Shadow.Sync;

/// <summary>Where one shadow stands in the schedule. Owned by <see cref="SyncSchedule"/>, under its lock.</summary>
internal sealed class SyncTurn
{
    public SyncTurnState State { get; set; }

    /// <summary>Something new came while it was running.</summary>
    public bool Again { get; set; }

    /// <summary>It is queued with those that changed.</summary>
    public bool IsFirst { get; set; }

    /// <summary>Which entry of the queues is the valid one: a shadow that moves to another queue leaves an old entry behind.</summary>
    public int Ticket { get; set; }

    /// <summary>Failed attempts since the last success.</summary>
    public int Failures { get; set; }

    /// <summary>When the next attempt is due; only while waiting.</summary>
    public DateTimeOffset? Due { get; set; }

    public string? Error { get; set; }

    public bool IsRefused { get; set; }
}
