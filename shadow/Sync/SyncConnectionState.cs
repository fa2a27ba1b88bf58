namespace Roost.Shadow.Sync;

/// <summary>Where the sync as a whole stands.</summary>
internal enum SyncConnectionState
{
    /// <summary>Nothing is to be synced.</summary>
    Off,

    /// <summary>There is no connection.</summary>
    Waiting,

    Subscribing,

    Connected,
}
