namespace Roost.Shadow.Sync;

/// <summary>What has happened to a shadow since it was synced, as far as it was seen.</summary>
internal readonly record struct SyncNews(bool LocalChanged, bool LocalDeleted, bool CloudDeleted);
