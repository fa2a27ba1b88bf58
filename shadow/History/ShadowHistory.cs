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
            damage = exception; // what is newer was found; older changes are asked for with the next page
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
            var last = new Queue<Kept>(); // of this block, oldest first
            foreach (var record in RecordsOf(key, start, end))
            {
                last.Enqueue(new Kept(journal.Decode(record), record.Timestamp));
                if (last.Count > wanted - found.Count)
                {
                    last.Dequeue();
                }
            }

            found.AddRange(last.Reverse());
            end = start;
        }
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
