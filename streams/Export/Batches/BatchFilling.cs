using Roost.Streams.Export.Progress;

namespace Roost.Streams.Export.Batches;

/// <summary>A batch on its way to being complete.</summary>
/// <param name="range">Where it begins, and what it may not pass.</param>
/// <param name="rules">Null: its bounds stand, whatever they hold.</param>
/// <param name="oldestAt">Older records are left out.</param>
internal sealed class BatchFilling(OffsetRange range, BatchRules? rules, DateTimeOffset oldestAt)
{
    private const int ReadBytes = 1024 * 1024;

    private readonly List<StreamRecord> _records = [];
    private long _bytes;
    private long _next = range.First;
    private bool _full;

    public OffsetRange Range => range;

    /// <summary>What it covers so far.</summary>
    public OffsetRange Bounds => new(range.First, _next);

    public IReadOnlyList<StreamRecord> Records => _records;

    public long Expired { get; private set; }

    /// <summary>It has records, and goes with fewer than it might hold when no more come.</summary>
    public bool MayLinger => rules is not null && _records.Count > 0;

    public bool IsComplete => _full || _next >= range.Next || (rules is { } limits && (_records.Count >= limits.Records || _bytes >= limits.Bytes));

    public int RecordsLeft => (int)Math.Min(rules is { } limits ? limits.Records - _records.Count : int.MaxValue, range.Next - _next);

    public int BytesLeft => (int)Math.Min(rules is { } limits ? limits.Bytes - _bytes : ReadBytes, ReadBytes);

    public void Add(IReadOnlyList<StreamRecord> records)
    {
        foreach (var record in records)
        {
            var bytes = record.Key.Length + record.Payload.Length;
            if (record.Offset >= range.Next || (rules is { } limits && _records.Count > 0 && _bytes + bytes > limits.Bytes))
            {
                _full = true;
                _next = Math.Min(record.Offset, range.Next);
                return;
            }

            _next = record.Offset + 1;
            if (record.Timestamp < oldestAt)
            {
                Expired++;
                continue;
            }

            _records.Add(record with { Payload = record.Payload.ToArray() }); // the reader's buffer is gone with its next read
            _bytes += bytes;
        }
    }
}
