using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;

namespace Roost.Shadow.Backup;

/// <summary>
/// The versions that clients may have seen, out of shadows that cannot be opened as a whole: from the table, from the journal, or from
/// what can be read of either.
/// </summary>
internal static class KnownVersions
{
    /// <param name="folder">A copy that may be changed.</param>
    public static async Task<Dictionary<ShadowId, long>> ReadAsync(string folder, TimeProvider clock, ILogger logger)
    {
        var versions = new Dictionary<ShadowId, long>();
        await ReadTableAsync(folder, versions, logger);
        await ReadJournalAsync(folder, versions, clock, logger);
        return versions;
    }

    private static async Task ReadTableAsync(string folder, Dictionary<ShadowId, long> versions, ILogger logger)
    {
        try
        {
            await using var table = ShadowTable.Open(folder, Durability.Crash, logger);
            foreach (var (id, record) in table.ReadSound())
            {
                Note(versions, id, record.Version);
            }

            foreach (var (id, version) in table.ReadDamaged())
            {
                Note(versions, id, version);
            }
        }
        catch (Exception exception) when (exception is DatabaseCorruptException or DatabaseVersionException or SqliteException)
        {
            logger.VersionsUnknown(Path.Combine(folder, ShadowTable.FileName), exception);
        }
    }

    private static async Task ReadJournalAsync(string folder, Dictionary<ShadowId, long> versions, TimeProvider clock, ILogger logger)
    {
        try
        {
            await using var journal = ShadowJournal.Open(folder, neededFrom: 0, Unlimited(), Durability.Crash, clock, logger, metrics: null);
            foreach (var changes in journal.Replay(journal.Log.FirstOffset))
            {
                foreach (var change in changes)
                {
                    Note(versions, change.Id, change.Record.Version);
                }
            }
        }
        catch (CorruptLogException exception)
        {
            logger.VersionsUnknown(Path.Combine(folder, ShadowJournal.FolderName), exception);
        }
    }

    private static ShadowHistoryOptions Unlimited() => new() { Bytes = long.MaxValue, Age = TimeSpan.FromDays(36_500) };

    private static void Note(Dictionary<ShadowId, long> versions, ShadowId id, long version) =>
        versions[id] = Math.Max(version, versions.GetValueOrDefault(id));
}
