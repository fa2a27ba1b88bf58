using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Roost.Storage;

/// <summary>The meter <c>roost.storage</c>. Figures of a log carry its folder's name as tag <c>roost.log</c>, those of a database and of a small file theirs.</summary>
public sealed class StorageMetrics
{
    public const string MeterName = "roost.storage";

    /// <summary>More uses than these, of streams that come and go for instance, are counted together.</summary>
    private const int MostUses = 1000;

    private readonly ConcurrentDictionary<(StorageKind Kind, string Name), WriteCount> _uses = new();

    private readonly ConcurrentDictionary<ForLog, byte> _open = new();
    private readonly Counter<long> _appendedRecords;
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _droppedRecords;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _writtenBytes;
    private readonly Counter<long> _syncs;
    private readonly Counter<long> _compressionSaved;
    private readonly Counter<long> _verifiedBytes;
    private readonly Histogram<double> _syncDuration;
    private readonly Counter<long> _transactions;
    private readonly Counter<long> _actions;
    private readonly Counter<long> _sqliteWrittenBytes;
    private readonly Counter<long> _sqliteSyncs;
    private readonly Counter<long> _fileWrittenBytes;
    private readonly Counter<long> _fileSyncs;

    public StorageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _appendedRecords = meter.CreateCounter<long>("roost.storage.log.appended", "{record}", "Records taken.");
        _appendedBytes = meter.CreateCounter<long>("roost.storage.log.appended.size", "By", "Keys, headers and payloads taken.");
        _droppedRecords = meter.CreateCounter<long>("roost.storage.log.dropped", "{record}", "Records given up by retention.");
        _commits = meter.CreateCounter<long>("roost.storage.log.commits", "{commit}", "Batches of records written.");
        _writtenBytes = meter.CreateCounter<long>("roost.storage.log.written", "By", "Bytes handed to the kernel, overhead included.");
        _syncs = meter.CreateCounter<long>("roost.storage.log.syncs", "{sync}", "Waits for the disk (fdatasync, fsync), those of cursors and of new segments included.");
        _verifiedBytes = meter.CreateCounter<long>("roost.storage.log.verified", "By", "Bytes of records read again to compare their checksums.");
        _compressionSaved = meter.CreateCounter<long>("roost.storage.log.compression.saved", "By", "Bytes on the disk given back by compressing sealed segments.");
        _syncDuration = meter.CreateHistogram<double>("roost.storage.log.sync.duration", "s", "Time of one fdatasync.");
        meter.CreateObservableGauge(
            "roost.storage.log.write.amplification",
            () => _open.Keys.Where(log => log.AcceptedBytes > 0).Select(log => new Measurement<double>(log.WrittenBytes / (double)log.AcceptedBytes, log.Tag)),
            "1",
            "Bytes handed to the kernel for each byte of keys, headers and payloads taken, since the log was opened.");
        meter.CreateObservableGauge(
            "roost.storage.log.damaged",
            () => _open.Keys.Select(log => new Measurement<long>(log.DamagedPlaces, log.Tag)),
            "{place}",
            "Places in the log where what was stored does not read back, and was not repaired.");
        _transactions = meter.CreateCounter<long>("roost.storage.sqlite.transactions", "{transaction}", "Transactions committed.");
        _actions = meter.CreateCounter<long>("roost.storage.sqlite.actions", "{action}", "Write actions done in them.");
        _sqliteWrittenBytes = meter.CreateCounter<long>("roost.storage.sqlite.written", "By", "Bytes written to write-ahead logs, and by checkpoints from there into databases.");
        _sqliteSyncs = meter.CreateCounter<long>("roost.storage.sqlite.syncs", "{sync}", "Waits for the disk (fdatasync) of transactions, those of the checkpoints that their commits make included.");
        _fileWrittenBytes = meter.CreateCounter<long>("roost.storage.file.written", "By", "Bytes written to small files that are replaced as a whole.");
        _fileSyncs = meter.CreateCounter<long>("roost.storage.file.syncs", "{sync}", "Waits for the disk of small files.");
    }

    /// <summary>What has been written since the start of the daemon, by use; any thread may ask. What is closed is still counted.</summary>
    public IReadOnlyList<StorageUse> Uses => [.. _uses.Values.Select(count => count.Use).OrderByDescending(use => use.WrittenBytes).ThenBy(use => use.Name, StringComparer.Ordinal)];

    /// <summary>A counter for one use; null asks for one that only counts for itself.</summary>
    internal static WriteCount Counting(StorageMetrics? metrics, StorageKind kind, string name) =>
        metrics is null ? new WriteCount(kind, name, null, null, default) : metrics.Counting(kind, name);

    private WriteCount Counting(StorageKind kind, string name)
    {
        name = _uses.Count < MostUses || _uses.ContainsKey((kind, name)) ? name : "others";
        var (written, syncs, label) = kind switch
        {
            StorageKind.Log => (_writtenBytes, _syncs, "roost.log"),
            StorageKind.Database => (_sqliteWrittenBytes, _sqliteSyncs, "roost.database"),
            _ => (_fileWrittenBytes, _fileSyncs, "roost.file"),
        };
        return _uses.GetOrAdd((kind, name), _ => new WriteCount(kind, name, written, syncs, new(label, name)));
    }

    internal void Committed(int actions, string database)
    {
        var tag = new KeyValuePair<string, object?>("roost.database", database);
        _transactions.Add(1, tag);
        _actions.Add(actions, tag);
    }

    /// <summary>The figures of one log; without a meter it only counts for itself.</summary>
    internal sealed class ForLog : IDisposable
    {
        private readonly StorageMetrics? _metrics;
        private readonly WriteCount _count;
        private long _written;
        private long _accepted;

        public ForLog(StorageMetrics? metrics, string name)
        {
            _metrics = metrics;
            Tag = new("roost.log", name);
            _count = Counting(metrics, StorageKind.Log, name);
            metrics?._open.TryAdd(this, 0);
        }

        /// <summary>A moment, to be handed to <see cref="Synced"/>.</summary>
        public static long Now => TimeProvider.System.GetTimestamp();

        public KeyValuePair<string, object?> Tag { get; }

        public long WrittenBytes => Interlocked.Read(ref _written);

        public long AcceptedBytes => Interlocked.Read(ref _accepted);

        /// <summary>Known and not repaired.</summary>
        public int DamagedPlaces { get; set; }

        public void Verified(long bytes) => _metrics?._verifiedBytes.Add(bytes, Tag);

        public void Committed(int records, long bytes)
        {
            Interlocked.Add(ref _accepted, bytes);
            _count.Committed(records);
            _metrics?._commits.Add(1, Tag);
            _metrics?._appendedRecords.Add(records, Tag);
            _metrics?._appendedBytes.Add(bytes, Tag);
        }

        public void Written(long bytes)
        {
            Interlocked.Add(ref _written, bytes);
            _count.Written(bytes);
        }

        public void Compressed(long saved) => _metrics?._compressionSaved.Add(saved, Tag);

        public void Dropped(long records) => _metrics?._droppedRecords.Add(records, Tag);

        /// <summary>A batch of records waited for the disk.</summary>
        public void Synced(long began)
        {
            _count.Synced(1);
            _metrics?._syncDuration.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds, Tag);
        }

        /// <summary>A small file beside the log was replaced, which waits for the file and for its folder; 0 bytes: it was not.</summary>
        public void Replaced(int bytes)
        {
            if (bytes > 0)
            {
                Written(bytes);
                _count.Synced(2);
            }
        }

        /// <summary>Something that belongs to the log waited for the disk.</summary>
        public void Synced(int syncs) => _count.Synced(syncs);

        public void Dispose() => _metrics?._open.TryRemove(this, out _);
    }
}
