namespace Roost.Shadow.Sync;

/// <summary>Where one shadow stands.</summary>
internal enum SyncState
{
    /// <summary>Equal on both sides, as far as anyone knows.</summary>
    Synced,

    /// <summary>Changed on one side, and waits for its turn.</summary>
    Changed,

    /// <summary>Not changed here; the cloud's has to be looked at.</summary>
    Unknown,

    Syncing,

    /// <summary>The last attempt failed, and the next has its time.</summary>
    Failing,

    /// <summary>The upstream, or the shadows here, will not have it.</summary>
    Refused,

    /// <summary>Gone in the cloud, which may have lost it, and kept here until somebody decides.</summary>
    Held,
}
