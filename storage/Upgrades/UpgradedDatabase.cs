using Roost.Storage.Sqlite;

namespace Roost.Storage.Upgrades;

/// <summary>A database of a room, as an upgrade sees it.</summary>
/// <param name="Path">Absolute; the file may be missing.</param>
/// <param name="Migrations">All that there are: <see cref="SqliteStoreOptions.Migrations"/>.</param>
public sealed record UpgradedDatabase(string Path, IReadOnlyList<string> Migrations);
