namespace Roost.Storage.Sqlite;

/// <summary>How one database is kept.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>PowerLoss is SQLite's <c>synchronous=FULL</c>, Crash is NORMAL (a power cut may lose the last transactions, never the database), Memory is OFF.</summary>
    public Durability Durability { get; init; } = Durability.PowerLoss;

    /// <summary>
    /// SQL scripts in order; <c>user_version</c> counts those done. Each runs in one transaction with its number. Scripts only get added:
    /// one that was released is never changed.
    /// </summary>
    public IReadOnlyList<string> Migrations { get; init; } = [];

    /// <summary>Keeps 256 KiB beside the database, in a file of its name and <c>.reserve</c>, which lets it be opened when the disk is full. Default: no.</summary>
    public bool KeepsReserve { get; init; }

    /// <summary>Most actions in one transaction, which bounds how long the first of them waits. Default 512.</summary>
    public int MaxActionsPerTransaction { get; init; } = 512;

    /// <summary>Most actions queued; who writes beyond that waits for room. Default 8192.</summary>
    public int MaxQueuedActions { get; init; } = 8192;
}
