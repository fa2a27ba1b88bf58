namespace Roost.Shadow.Sync;

/// <summary>How one shadow is kept equal.</summary>
internal sealed record SyncPolicy(SyncDirection Direction, ConflictWinner Desired = ConflictWinner.Cloud, ConflictWinner Reported = ConflictWinner.Device);
