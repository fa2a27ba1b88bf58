using System.Diagnostics.Metrics;

namespace Roost.Storage;

/// <summary>The meter <c>roost.storage</c>. Figures of a log carry its folder's name as tag <c>roost.log</c>.</summary>
public sealed class StorageMetrics
{
    public const string MeterName = "roost.storage";

    private readonly Counter<long> _appendedRecords;
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _droppedRecords;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _writtenBytes;
    private readonly Counter<long> _compressionSaved;
    private readonly Histogram<double> _syncDuration;
    private readonly Counter<long> _transactions;
    private readonly Counter<long> _actions;

    public StorageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _appendedRecords = meter.CreateCounter<long>("roost.storage.log.appended", "{record}", "Records taken.");
        _appendedBytes = meter.CreateCounter<long>("roost.storage.log.appended.size", "By", "Keys, headers and payloads taken.");
        _droppedRecords = meter.CreateCounter<long>("roost.storage.log.dropped", "{record}", "Records given up by retention.");
        _commits = meter.CreateCounter<long>("roost.storage.log.commits", "{commit}", "Batches of records written.");
        _writtenBytes = meter.CreateCounter<long>("roost.storage.log.written", "By", "Bytes handed to the kernel, overhead included.");
        _compressionSaved = meter.CreateCounter<long>("roost.storage.log.compression.saved", "By", "Bytes on the disk given back by compressing sealed segments.");
        _syncDuration = meter.CreateHistogram<double>("roost.storage.log.sync.duration", "s", "Time of one fdatasync.");
        _transactions = meter.CreateCounter<long>("roost.storage.sqlite.transactions", "{transaction}", "Transactions committed.");
        _actions = meter.CreateCounter<long>("roost.storage.sqlite.actions", "{action}", "Write actions done in them.");
    }

    internal void Committed(int actions, string database)
    {
        var tag = new KeyValuePair<string, object?>("roost.database", database);
        _transactions.Add(1, tag);
        _actions.Add(actions, tag);
    }

    /// <summary>The figures of one log; all calls do nothing without a meter.</summary>
    internal sealed class ForLog(StorageMetrics? metrics, string name)
    {
        private readonly KeyValuePair<string, object?> _tag = new("roost.log", name);

        /// <summary>A moment, to be handed to <see cref="Synced"/>.</summary>
        public static long Now => TimeProvider.System.GetTimestamp();

        public void Committed(int records, long bytes)
        {
            metrics?._commits.Add(1, _tag);
            metrics?._appendedRecords.Add(records, _tag);
            metrics?._appendedBytes.Add(bytes, _tag);
        }

        public void Written(long bytes) => metrics?._writtenBytes.Add(bytes, _tag);

        public void Compressed(long saved) => metrics?._compressionSaved.Add(saved, _tag);

        public void Dropped(long records) => metrics?._droppedRecords.Add(records, _tag);

        public void Synced(long began) => metrics?._syncDuration.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds, _tag);
    }
}
