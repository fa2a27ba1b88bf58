using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Documents;
using Roost.Shadow.History;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage;
using Roost.Storage.Backups;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;

namespace Roost.Shadow.Backup;

/// <summary>
/// Makes the folder of shadows that a restore puts in the place of the present one. What changes by it is accepted like any update: it goes to the
/// journal, with versions above all that clients have seen.
/// </summary>
internal sealed class ShadowRestore(ShadowOptions options, TimeProvider clock, ILogger logger)
{
    private const int BatchChanges = 512;
    private static readonly ShadowOrigin s_origin = new("roost", "restore");

    private readonly HashSet<ShadowId> _changed = [];

    /// <summary>The shadows that were set back or removed.</summary>
    public IReadOnlyCollection<ShadowId> Changed => _changed;

    /// <summary>Sets the shadows back to the backup, and continues the present history.</summary>
    /// <param name="source">Has the backup's table; its schema is brought up to date.</param>
    /// <param name="staged">To be made.</param>
    public async Task<string> SetBackAsync(string source, string staged)
    {
        var (store, known) = await OpenPresentAsync(staged);
        await using (store)
        {
            await using var backup = ShadowTable.Open(source, Durability.Crash, logger);
            var counts = new Counts();
            var kept = new HashSet<ShadowId>();
            var unknown = backup.ReadDamaged().Select(row => row.Key).ToHashSet(); // of them the backup says nothing: they stay as they are
            var damaged = store.ReadDamaged().ToDictionary();
            await WriteAsync(store, SetAsync());
            await store.StoreAsync();
            await WriteAsync(store, RemoveAsync());
            return $"{kept.Count} shadows as in the backup (those deleted lately included), {counts.Set} of them set back or new, {counts.Removed} removed that are not in it";

            async IAsyncEnumerable<(ShadowId, ShadowRecord?)> SetAsync()
            {
                foreach (var (id, record) in backup.ReadSound())
                {
                    kept.Add(id);
                    var (present, seen) = await ReadAsync(id, record.Version);
                    var change = RestoredRecord.Of(record, present, seen, Now);
                    counts.Set += change is null ? 0 : 1;
                    yield return (id, change);
                }
            }

            async IAsyncEnumerable<(ShadowId, ShadowRecord?)> RemoveAsync()
            {
                var others = store.ReadSound().Select(row => row.Key).Concat(known.Keys).Concat(damaged.Keys).Where(id => !kept.Contains(id) && !unknown.Contains(id)).Distinct().ToList();
                foreach (var id in others)
                {
                    var (present, seen) = await ReadAsync(id, atLeast: 1);
                    var change = RestoredRecord.Of(backup: null, present, seen, Now);
                    counts.Removed += change is not null && (present is { IsTombstone: false } || (present is null && damaged.ContainsKey(id))) ? 1 : 0;
                    yield return (id, change);
                }
            }

            // Of a damaged row that the journal cannot replace: the highest version that anything tells of.
            async Task<(ShadowRecord? Present, long Seen)> ReadAsync(ShadowId id, long atLeast)
            {
                if (!damaged.TryGetValue(id, out var written) || await store.HealAsync(id) is not null)
                {
                    return (store.Read(id), known.GetValueOrDefault(id));
                }

                return (null, Math.Max(Math.Max(written, atLeast), await NewestVersionAsync(store, id)));
            }
        }
    }

    /// <summary>The backup, and on top of it what the present journal has from after it.</summary>
    /// <exception cref="BackupException">The journal does not follow on the backup.</exception>
    public async Task<string> ReplayAsync(string source, string staged)
    {
        ShadowFiles.CopyTable(source, staged);
        ShadowFiles.CopyJournal(options.Folder, staged);
        long replayed;
        try
        {
            replayed = await ThrowUnlessFollowsAsync(staged);
            await using var store = await OpenAsync(staged);
            return $"{store.ReadSound().Count(row => !row.Value.IsTombstone)} shadows, after {replayed} changes that the journal has from after the backup";
        }
        catch (CorruptLogException exception)
        {
            throw new BackupException($"the journal that --replay needs is damaged; restore without it to have the shadows as in the backup. {exception.Message}", exception);
        }
    }

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    private Task<JournaledShadowStore> OpenAsync(string folder) =>
        JournaledShadowStore.OpenAsync(folder, options.History, Durability.Crash, clock, logger); // what is staged is synced as a whole, and only then counts

    private async Task<(JournaledShadowStore Store, IReadOnlyDictionary<ShadowId, long> Known)> OpenPresentAsync(string staged)
    {
        Copy();
        try
        {
            return (await OpenAsync(staged), new Dictionary<ShadowId, long>());
        }
        catch (Exception exception) when (exception is DatabaseCorruptException or DatabaseVersionException or CorruptLogException or SqliteException)
        {
            logger.PresentUnreadable(options.Folder, exception);
        }

        Clear();
        Copy();
        var known = await KnownVersions.ReadAsync(staged, clock, logger);
        Clear();
        return (await OpenAsync(staged), known);

        void Copy()
        {
            ShadowFiles.CopyTable(options.Folder, staged);
            ShadowFiles.CopyJournal(options.Folder, staged);
        }

        void Clear() => Directory.Delete(staged, recursive: true);
    }

    /// <returns>0 when no change of it can be read.</returns>
    private static async Task<long> NewestVersionAsync(JournaledShadowStore store, ShadowId id)
    {
        using var history = new ShadowHistory(store.Journal);
        for (long? before = long.MaxValue; before is { } offset;)
        {
            var page = await history.ReadAsync(id, offset, limit: 1, CancellationToken.None);
            if (page.Entries is [var newest])
            {
                return newest.Change.Record.Version;
            }

            before = page.Next; // behind damage
        }

        return 0;
    }

    private async Task WriteAsync(JournaledShadowStore store, IAsyncEnumerable<(ShadowId Id, ShadowRecord? Record)> records)
    {
        await foreach (var batch in records.Where(entry => entry.Record is not null).Chunk(BatchChanges))
        {
            _changed.UnionWith(batch.Select(entry => entry.Id));
            await store.WriteAsync([.. batch.Select(entry => new ShadowChange(entry.Id, entry.Record!, s_origin, clientToken: null))]);
        }
    }

    /// <summary>The last change that the backup has must be, to the letter, what the journal has in its place.</summary>
    /// <returns>How many changes come after it.</returns>
    private async Task<long> ThrowUnlessFollowsAsync(string staged)
    {
        await using var table = ShadowTable.Open(staged, Durability.Crash, logger);
        await using var journal = ShadowJournal.Open(staged, neededFrom: 0, options.History, Durability.Crash, clock, logger, metrics: null);
        var applied = table.ReadApplied();
        var (first, end) = (journal.Log.FirstOffset, journal.End);
        if (applied < first || applied > end)
        {
            throw new BackupException(
                $"the journal in {options.Folder} has the changes {first} to {end}, and the backup ends at {applied}: what lies between is not there. Restore without --replay to have the shadows as in the backup");
        }

        if (applied > 0 && !(applied > first && IsIn(table, journal.Replay(applied - 1).First()[0])))
        {
            throw new BackupException($"the journal in {options.Folder} is not the one that the backup was made beside. Restore without --replay to have the shadows as in the backup");
        }

        return end - applied;
    }

    private static bool IsIn(ShadowTable table, ShadowChange change)
    {
        if (table.Read(change.Id) is not { } record)
        {
            return change.Record.IsTombstone; // the table forgets old ones
        }

        return record.Version == change.Record.Version
            && (record.State is { } left && change.Record.State is { } right ? StoredState.IsSame(left, right) : record.IsTombstone == change.Record.IsTombstone);
    }

    private sealed class Counts
    {
        public int Set { get; set; }

        public int Removed { get; set; }
    }
}
