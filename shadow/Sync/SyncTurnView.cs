namespace Roost.Shadow.Sync;

/// <summary>A <see cref="SyncTurn"/> at one moment.</summary>
internal readonly record struct SyncTurnView(SyncTurnState State, int Failures, DateTimeOffset? Due, string? Error, bool IsRefused);
