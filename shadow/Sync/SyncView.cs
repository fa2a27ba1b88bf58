namespace Roost.Shadow.Sync;

/// <summary>One shadow's sync at one moment, as far as it is in memory.</summary>
internal sealed record SyncView(ShadowId Id, SyncDirection Direction, SyncState State, SyncTurnView Turn)
{
    public static string NameOf(SyncState state) => state switch
    {
        SyncState.Synced => "synced",
        SyncState.Changed => "changed",
        SyncState.Unknown => "unknown",
        SyncState.Syncing => "syncing",
        SyncState.Failing => "failing",
        SyncState.Held => "held",
        _ => "refused",
    };
}
