using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Documents;
using Roost.Shadow.Integrity;
using Roost.Shadow.Journal;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Shadow.Store;

/// <summary>
/// The journal and the table as one store. A change is kept once it is durable in the journal; the table gets the last record of each
/// changed shadow a little later, many at a time. What a crash leaves out of the table is read from the journal at the next start.
/// </summary>
internal sealed class JournaledShadowStore : IShadowStore
{
    /// <summary>How long a change may be in the journal alone. Bounds how much of it a start has to read, not what is safe.</summary>
    public static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(5);

    private const int Idle = 0;
    private const int Soon = 1; // the timer runs
    private const int Now = 2; // the timer fires

    private const int ChangesBeforeStore = 8192; // a start reads them in well under a second
    private const long BytesBeforeStore = 4 * 1024 * 1024;
    private const int MostTimes = 4; // so many times as much may wait while the table cannot be written

    private readonly ShadowTable _table;
    private readonly UnstoredShadows _unstored = new();
    private readonly SemaphoreSlim _storing = new(1);
    private readonly ITimer _timer;
    private readonly ILogger _logger;
    private readonly long _endAtOpen;
    private int _due = Idle;

    private JournaledShadowStore(ShadowTable table, ShadowJournal journal, TimeProvider clock, ILogger logger)
    {
        _table = table;
        Journal = journal;
        _endAtOpen = journal.End;
        _logger = logger;
        _timer = clock.CreateTimer(_ => _ = StoreSoonAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ShadowJournal Journal { get; }

    /// <summary>
    /// The journal's offset below which every change is to be found here by <see cref="Read"/> and <see cref="Scan"/>. The journal's own end is beyond it
    /// for the moment between a commit and <see cref="WriteAsync"/> hearing of it.
    /// </summary>
    public long ReadableEnd => Math.Max(_endAtOpen, _unstored.End);

    /// <summary>Opens both and brings the table up to what the journal has.</summary>
    /// <param name="folder">Made when it is missing.</param>
    /// <exception cref="Storage.Sqlite.DatabaseCorruptException">The table's file is damaged as a whole.</exception>
    /// <exception cref="CorruptLogException">The journal is damaged where it is needed.</exception>
    public static async Task<JournaledShadowStore> OpenAsync(
        string folder, ShadowHistoryOptions history, Durability durability, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        var table = ShadowTable.Open(folder, durability, logger, keepsReserve: true, metrics);
        ShadowJournal? journal = null;
        try
        {
            var applied = table.ReadApplied();
            journal = ShadowJournal.Open(folder, neededFrom: applied, history, durability, clock, logger, metrics);
            journal.Log.KeepFrom = applied;
            var fits = applied <= journal.End && applied >= journal.Log.FirstOffset;
            if (!fits)
            {
                logger.JournalDoesNotFit(journal.Log.Folder, journal.Log.FirstOffset, journal.End, applied);
            }

            var store = new JournaledShadowStore(table, journal, clock, logger) { JournalFitted = fits };
            await store.CatchUpAsync(applied);
            return store;
        }
        catch
        {
            await (journal?.DisposeAsync() ?? ValueTask.CompletedTask);
            await table.DisposeAsync();
            throw;
        }
    }

    /// <summary>Parts of the history that could not be opened and were set aside; no shadow is the worse for it.</summary>
    public int HistorySetAside => Journal.Log.SegmentsSetAside;

    /// <summary>False when the journal, as it was opened, did not have what the table was to be brought up to: somebody replaced, cut or removed it.</summary>
    public bool JournalFitted { get; private init; }

    /// <summary>Called by whoever reads a damaged row, before it is told; quick.</summary>
    public Action<ShadowId>? DamageMet { get; set; }

    /// <summary>Called for every shadow that was deleted, damaged before or not, once that is kept; quick.</summary>
    public Action<ShadowId>? DeletionKept { get; set; }

    public ShadowRecord? Read(ShadowId id)
    {
        try
        {
            return _unstored.TryFind(id, out var row) ? ShadowRowCodec.Decode(id, row) : _table.Read(id);
        }
        catch (CorruptShadowException)
        {
            DamageMet?.Invoke(id);
            throw;
        }
    }

    /// <inheritdoc cref="ShadowTable.CheckRows"/>
    public IReadOnlyList<CheckedRow> CheckRows(StoredKey last, int limit) => _table.CheckRows(last, limit);

    /// <inheritdoc cref="ShadowTable.ReadSound"/>
    /// <remarks>Of the table: what waits is not in it, see <see cref="StoreAsync"/>.</remarks>
    public IEnumerable<KeyValuePair<ShadowId, ShadowRecord>> ReadSound() => _table.ReadSound();

    /// <inheritdoc cref="ShadowTable.ReadDamaged"/>
    /// <remarks>Of the table, as above.</remarks>
    public IEnumerable<KeyValuePair<ShadowId, long>> ReadDamaged() => _table.ReadDamaged();

    /// <summary>Copies the table, with every change that was accepted before this call.</summary>
    /// <param name="path">Of a file that is not there yet.</param>
    /// <exception cref="SqliteException">It cannot be written.</exception>
    public async Task CopyTableAsync(string path)
    {
        await StoreAsync();
        _table.CopyTo(path);
    }

    public JournalCheck CheckJournal() => new(Journal);

    /// <summary>Writes a damaged row anew when the journal has the shadow's last change.</summary>
    /// <returns>The version that the shadow has now; null when it stays damaged.</returns>
    public async Task<long?> HealAsync(ShadowId id)
    {
        if (await Journal.FindLastAsync(id) is not { } last)
        {
            return null;
        }

        await _storing.WaitAsync(); // nobody else writes rows meanwhile
        try
        {
            var row = _table.ReadRow(id);
            if (row is null || IsSound(id, row))
            {
                return row?.Version; // what came meanwhile has replaced it
            }

            // A record that is older than the row shows a journal that was replaced by an older one. Damage is in one place of the row, not in both of these.
            if (last.Record.Version < row.Version && last.Record.UpdatedSeconds < row.UpdatedSeconds)
            {
                return null;
            }

            await _table.WriteAsync(new Dictionary<ShadowId, ShadowRow> { [id] = last.Row }, _table.ReadApplied());
            return last.Record.Version;
        }
        finally
        {
            _storing.Release();
        }
    }

    public IReadOnlyList<string> ListNamed(string thing, string after, int limit)
    {
        // Before the table is read: what moves there meanwhile is then seen twice rather than not at all.
        var own = _unstored.Of(thing).Where(entry => string.CompareOrdinal(entry.Key.Name, after) > 0).ToDictionary();
        if (own.Count == 0)
        {
            return _table.ListNamed(thing, after, limit);
        }

        var names = new SortedSet<string>(_table.ListNamed(thing, after, MoreThan(limit, own)), StringComparer.Ordinal);
        foreach (var (id, row) in own)
        {
            _ = row.IsTombstone ? names.Remove(id.Name) : names.Add(id.Name);
        }

        return [.. names.Take(limit)];
    }

    public IReadOnlyList<ShadowSummary> ListThings(string after, int limit)
    {
        var changed = _unstored.Snapshot().Where(entry => string.CompareOrdinal(entry.Key.Thing, after) > 0).ToDictionary();
        var stored = _table.ListThings(after, MoreThan(limit, changed));
        if (changed.Count == 0)
        {
            return stored;
        }

        return
        [
            .. stored.Where(summary => !changed.ContainsKey(summary.Id))
                .Concat(changed.Where(entry => !entry.Value.IsTombstone).Select(entry => ShadowSummary.Of(entry.Key, entry.Value)))
                .OrderBy(summary => summary.Id.Thing, StringComparer.Ordinal).ThenBy(summary => summary.Id.Name, StringComparer.Ordinal)
                .GroupBy(summary => summary.Id.Thing).Take(limit).SelectMany(thing => thing),
        ];
    }

    /// <summary>All shadows that are not deleted, by thing and name, as of now or a little later.</summary>
    /// <param name="after">Things up to this one are left out; "" begins at the first.</param>
    /// <param name="prefix">Only things that begin with it.</param>
    public ShadowScan Scan(string after, string prefix)
    {
        var changed = _unstored.Snapshot() // before the table is read, as above
            .Where(entry => string.CompareOrdinal(entry.Key.Thing, after) > 0 && entry.Key.Thing.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(entry => entry.Key.Thing, StringComparer.Ordinal).ThenBy(entry => entry.Key.Name, StringComparer.Ordinal).ToList();
        return new ShadowScan(_table, changed, after, prefix);
    }

    public async Task WriteAsync(IReadOnlyList<ShadowChange> changes)
    {
        if (_unstored.Changes > MostTimes * ChangesBeforeStore || _unstored.Bytes > MostTimes * BytesBeforeStore)
        {
            await StoreAsync(); // a table that cannot be written must not let the journal grow for ever
        }

        try
        {
            await Journal.AppendAsync(changes);
        }
        catch
        {
            // The disk took the first part of it, perhaps: the versions that are in the journal are not given out again.
            foreach (var change in changes)
            {
                if (await Journal.HasKeptAsync(change))
                {
                    _unstored.Add(change);
                }
            }

            StoreLater();
            throw;
        }

        foreach (var change in changes)
        {
            _unstored.Add(change);
            if (change.Row.IsTombstone)
            {
                DeletionKept?.Invoke(change.Id);
            }
        }

        StoreLater();
    }

    /// <summary>Brings the table up to the journal: for who reads the table itself.</summary>
    /// <exception cref="SqliteException">The table cannot be written; nothing is lost, and the next try comes by itself.</exception>
    public async Task StoreAsync()
    {
        await _storing.WaitAsync();
        try
        {
            var (rows, end) = _unstored.Take();
            if (rows.Count == 0)
            {
                return;
            }

            try
            {
                await _table.WriteAsync(rows, end);
            }
            catch
            {
                _unstored.NotStored();
                throw;
            }

            _unstored.Stored();
            Journal.Log.KeepFrom = end;
        }
        finally
        {
            _storing.Release();
        }
    }

    public async Task<int> PurgeTombstonesAsync(long beforeSeconds)
    {
        await StoreAsync();
        return await _table.PurgeTombstonesAsync(beforeSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await TryStoreAsync();
        await Journal.DisposeAsync();
        await _table.DisposeAsync();
    }

    private static bool IsSound(ShadowId id, ShadowRow row)
    {
        try
        {
            _ = ShadowRowCodec.Decode(id, row);
            return true;
        }
        catch (CorruptShadowException)
        {
            return false;
        }
    }

    // As many as the changes may take away from what the table has.
    private static int MoreThan(int limit, Dictionary<ShadowId, ShadowRow> changed) =>
        (int)Math.Min(int.MaxValue, limit + (long)changed.Values.Count(row => row.IsTombstone));

    /// <summary>Takes what the table has not yet from the journal. A table that cannot be written now, for want of room on the disk, gets it later.</summary>
    private async Task CatchUpAsync(long applied)
    {
        var (replayed, isWritable) = (0L, true);
        foreach (var changes in Journal.Replay(Math.Min(applied, Journal.End)))
        {
            foreach (var change in changes)
            {
                _unstored.Add(change);
            }

            replayed += changes.Count;
            isWritable = isWritable && (_unstored.Bytes < BytesBeforeStore || await TryStoreAsync());
        }

        if (replayed > 0)
        {
            _logger.CaughtUp(replayed);
            if (isWritable && await TryStoreAsync())
            {
                return;
            }

            StoreLater();
        }
        else if (applied > Journal.End)
        {
            await _table.WriteAsync([], Journal.End); // offsets begin anew below it
        }
    }

    private async Task<bool> TryStoreAsync()
    {
        try
        {
            await StoreAsync();
            return true;
        }
        catch (SqliteException exception)
        {
            _logger.NotStored(exception);
            return false;
        }
    }

    private void StoreLater()
    {
        if (_unstored.Changes < ChangesBeforeStore && _unstored.Bytes < BytesBeforeStore)
        {
            if (Interlocked.CompareExchange(ref _due, Soon, Idle) == Idle)
            {
                _timer.Change(StoreInterval, Timeout.InfiniteTimeSpan);
            }
        }
        else if (Interlocked.Exchange(ref _due, Now) != Now)
        {
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task StoreSoonAsync()
    {
        Volatile.Write(ref _due, Idle); // what comes from here on sets the timer again
        try
        {
            await StoreAsync();
        }
        catch (ObjectDisposedException)
        {
            // The store was closed as the timer fired, and has written what there was.
        }
        catch (Exception exception) // the outer edge of a timer's task; the journal has what the table has not
        {
            _logger.NotStored(exception);
            if (Interlocked.CompareExchange(ref _due, Soon, Idle) == Idle)
            {
                _timer.Change(StoreInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
