namespace Roost.LocalLambda.Sources.Streams;

/// <summary>Makes batches of the records of one partition: by number, by size of the event, by time. One caller at a time.</summary>
internal sealed class BatchReader(EventSourceMapping mapping, int partition, IFunctionStream stream, long from, TimeProvider clock) : IDisposable
{
    private const int MaxReadBytes = 1024 * 1024;

    /// <summary>Of the event around its records.</summary>
    private const int EnvelopeBytes = 64;

    private readonly IFunctionStreamReader _reader = stream.OpenReader(from);
    private readonly Queue<BatchRecord> _read = new();
    private long _readBytes;
    private long _examined = from;

    /// <summary>All records of the partition below it have been given out in a batch.</summary>
    public long Next => _read.TryPeek(out var first) ? first.Offset : _examined;

    /// <summary>Records that retention freed before they were read.</summary>
    public long Lost { get; private set; }

    /// <summary>Waits for a batch: full, or as old as the window, or all that is there where there is no window.</summary>
    /// <param name="passed">Called when there were only records of other partitions: <see cref="Next"/> has moved.</param>
    /// <param name="cancellationToken">Ends the waiting; what was read comes with the next call.</param>
    public async Task<IReadOnlyList<BatchRecord>> NextAsync(Func<Task> passed, CancellationToken cancellationToken)
    {
        while (_read.Count == 0)
        {
            Keep(await _reader.ReadAsync(mapping.BatchSize, MaxReadBytes, cancellationToken));
            if (_read.Count == 0)
            {
                await passed();
            }
        }

        using var window = mapping.MaximumBatchingWindowInSeconds == 0 ? null : new CancellationTokenSource(TimeSpan.FromSeconds(mapping.MaximumBatchingWindowInSeconds), clock);
        while (!IsFull() && await MoreAsync(window, cancellationToken) is { Count: > 0 } records)
        {
            Keep(records);
        }

        return TakeBatch();
    }

    public void Dispose() => _reader.Dispose();

    private bool IsFull() => _read.Count >= mapping.BatchSize || EnvelopeBytes + _readBytes > FunctionHost.MaxPayloadBytes;

    private async ValueTask<IReadOnlyList<FunctionStreamRecord>> MoreAsync(CancellationTokenSource? window, CancellationToken cancellationToken)
    {
        if (window is null)
        {
            return _reader.TryRead(mapping.BatchSize, MaxReadBytes);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(window.Token, cancellationToken);
        try
        {
            return await _reader.ReadAsync(mapping.BatchSize, MaxReadBytes, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private List<BatchRecord> TakeBatch()
    {
        var batch = new List<BatchRecord>();
        var bytes = (long)EnvelopeBytes;
        while (batch.Count < mapping.BatchSize && _read.TryPeek(out var record) && ((bytes += SizeOf(record)) <= FunctionHost.MaxPayloadBytes || batch.Count == 0))
        {
            batch.Add(_read.Dequeue());
            _readBytes -= SizeOf(record);
        }

        return batch;
    }

    private void Keep(IReadOnlyList<FunctionStreamRecord> records)
    {
        if (stream.OldestOffset > _examined && records[0].Offset > _examined)
        {
            Lost += records[0].Offset - _examined;
        }

        foreach (var record in records)
        {
            if (KeyHash.PartitionOf(record.Key, mapping.ParallelizationFactor) == partition)
            {
                var kept = BatchRecord.Of(record);
                _read.Enqueue(kept);
                _readBytes += SizeOf(kept);
            }

            _examined = record.Offset + 1;
        }
    }

    private long SizeOf(BatchRecord record) => KinesisEvent.SizeOf(mapping.EventSourceArn, record);
}
