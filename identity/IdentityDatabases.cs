using Roost.Identity.Store;
using Roost.Storage.Upgrades;

namespace Roost.Identity;

/// <summary>The database of the room, for an upgrade.</summary>
public static class IdentityDatabases
{
    public static IEnumerable<UpgradedDatabase> Of(IdentityOptions options) => [new(Path.Combine(options.Folder, IdentityDatabase.FileName), IdentitySchema.Migrations)];
}
