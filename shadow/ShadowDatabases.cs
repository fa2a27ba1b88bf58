using Roost.Shadow.Store;
using Roost.Shadow.Sync;
using Roost.Storage.Upgrades;

namespace Roost.Shadow;

/// <summary>The databases of the room, for an upgrade.</summary>
public static class ShadowDatabases
{
    public static IEnumerable<UpgradedDatabase> Of(ShadowOptions options) =>
    [
        new(Path.Combine(options.Folder, ShadowTable.FileName), ShadowTable.Migrations),
        new(Path.Combine(options.Folder, SyncTable.FileName), SyncTable.Migrations),
    ];
}
