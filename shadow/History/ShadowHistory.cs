using Roost.Shadow.Documents;
using Roost.Shadow.Journal;
using Roost.Storage.Logs;

namespace Roost.Shadow.History;

/// <summary>
/// The past of one shadow, out of the journal. There is no index: the journal is read backwards in blocks until there are enough
/// changes of the shadow, at worst all of it. Any thread.
/// </summary>
internal sealed class ShadowHistory(ShadowJournal journal) : IDisposable
{
    // About this much is read at once; entering a block costs up to 32 KiB of records before it (docs/formats/append-log.md).
    private const int BlockBytes = 1024 * 1024;
    private const int LeastBlockRecords = 256;
    private const int MostBlockRecords = 16 * 1024;
    private const int ReadRecords = 1024;
    private const int MostSkippedAtOnce = 256; // behind damage the log's index has the next place some 32 KiB further on

    /// <summary>Readers at one time. The journal's tail is what updates wait for: the disk is not to be busy with the past.</summary>
    private const int MostReaders = 2;

    private readonly SemaphoreSlim _readers = new(MostReaders);

    /// <param name="before">Only changes with a lower offset; <see cref="long.MaxValue"/> begins at the newest.</param>
    /// <param name="limit">Most entries, at least 1.</param>
    public async Task<HistoryPage> ReadAsync(ShadowId id, long before, int limit, CancellationToken cancellationToken)
    {
        await _readers.WaitAsync(cancellationToken);
        try
        {
            return Read(id, before, limit, cancellationToken);
        }
        finally
        {
            _readers.Release();
        }
    }

    public void Dispose() => _readers.Dispose();

    private HistoryPage Read(ShadowId id, long before, int limit, CancellationToken cancellationToken)
    {
        var found = new List<Kept>(); // newest first
        CorruptLogException? damage = null;
        try
        {
            Find(ShadowChangeCodec.EncodeKey(id), Math.Min(before, journal.Log.DurableOffset), limit + 1, found, cancellationToken); // one more, to compare the last with
        }
        catch (CorruptLogException exception)
        {
            damage = exception; // what is newer was found; the next page begins before it
        }

        var entries = new List<HistoryEntry>();
        for (var i = 0; i < Math.Min(found.Count, limit); i++)
        {
            entries.Add(Describe(found[i], i + 1 < found.Count ? found[i + 1].Change.Record : null));
        }

        return new HistoryPage(entries, found.Count > limit ? entries[^1].Change.Offset : damage?.Offset, found.Count > limit ? null : damage);
    }

    private void Find(byte[] key, long end, int wanted, List<Kept> found, CancellationToken cancellationToken)
    {
        var block = BlockRecords();
        while (end > journal.Log.FirstOffset && found.Count < wanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Math.Max(journal.Log.FirstOffset, end - block);
            var damage = ReadBlock(key, start, end, wanted - found.Count, out var last);
            found.AddRange(last.Reverse());
            if (damage is not null)
            {
                throw damage;
            }

            end = start;
        }
    }

    /// <param name="last">The last <paramref name="most"/> changes of the shadow in the block, oldest first; where a part cannot be read, of what lies behind it.</param>
    /// <returns>The last damage in the block; null when there is none.</returns>
    private CorruptLogException? ReadBlock(byte[] key, long start, long end, int most, out Queue<Kept> last)
    {
        CorruptLogException? damage = null;
        last = new Queue<Kept>();
        for (var skip = 1; start < end; skip = Math.Min(2 * skip, MostSkippedAtOnce))
        {
            try
            {
                foreach (var record in RecordsOf(key, start, end))
                {
                    last.Enqueue(new Kept(journal.Decode(record), record.Timestamp));
                    if (last.Count > most)
                    {
                        last.Dequeue();
                    }
                }

                return damage;
            }
            catch (CorruptLogException exception)
            {
                damage = damage is not null && exception.Offset == start ? damage : exception; // still the same place
                last.Clear();
                start = exception.Offset + skip;
            }
        }

        return damage;
    }

    private IEnumerable<LogRecord> RecordsOf(byte[] key, long start, long end)
    {
        using var reader = journal.Log.OpenReader(start);
        while (reader.NextOffset < end && reader.TryRead(ReadRecords, BlockBytes, out var records))
        {
            foreach (var record in records)
            {
                if (record.Offset < end && record.Key.Span.SequenceEqual(key))
                {
                    yield return record;
                }
            }
        }
    }

    private long BlockRecords()
    {
        var records = journal.Log.NextOffset - journal.Log.FirstOffset;
        var average = Math.Max(1, journal.Log.SizeBytes / Math.Max(1, records));
        return Math.Clamp(BlockBytes / average, LeastBlockRecords, MostBlockRecords);
    }

    private static HistoryEntry Describe(Kept kept, ShadowRecord? before)
    {
        var record = kept.Change.Record;
        var isFirst = before is null && record is { Version: 1, IsTombstone: false };
        var kind = record.IsTombstone ? HistoryKind.Deleted
            : isFirst ? HistoryKind.Created
            : before is { IsTombstone: true } ? HistoryKind.Recreated
            : HistoryKind.Updated;
        return new HistoryEntry(kept.Change, kept.Time, kind, before is null && !isFirst ? null : StateChanges.Between(before?.State, record.State));
    }

    private readonly record struct Kept(ShadowChange Change, DateTimeOffset Time);
}
