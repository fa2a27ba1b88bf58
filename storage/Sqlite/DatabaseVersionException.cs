namespace Roost.Storage.Sqlite;

/// <summary>The database was written by a newer Roost.</summary>
public sealed class DatabaseVersionException(string path, long found, long known)
    : Exception($"Database {path} has schema version {found}; this Roost knows up to {known}. Install the newer version again, or restore an older backup.")
{
    public long Found { get; } = found;

    public long Known { get; } = known;
}
