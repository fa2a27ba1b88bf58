using Roost.Streams.Export.Progress;

namespace Roost.Streams.Export.Batches;

/// <summary>Takes batches off a stream for one export: those whose bounds stand already first, then what <see cref="Lanes"/> chooses. One caller at a time.</summary>
internal sealed class BatchSource : IDisposable
{
    private readonly RecordStream _stream;
    private readonly ExportIdentity _identity;
    private readonly ExportProgress _progress;
    private readonly BatchRules _rules;
    private readonly RecordLosses _losses;
    private readonly TimeProvider _clock;
    private readonly Lanes _lanes;
    private readonly Queue<OffsetRange> _planned = [];
    private OffsetRange _single;
    private RangeSet _taken = new(0);
    private RecordReader? _reader;

    public BatchSource(RecordStream stream, ExportIdentity identity, ExportProgress progress, BatchRules rules, RecordLosses losses, TimeProvider clock)
    {
        _stream = stream;
        _identity = identity;
        _progress = progress;
        _rules = rules;
        _losses = losses;
        _clock = clock;
        _lanes = new Lanes(rules, clock);
        Rewind();
    }

    /// <summary>What was taken and is not done is to be taken again. Nothing of it may be under way any more.</summary>
    public void Rewind()
    {
        _taken = _progress.Done();
        _planned.Clear();
        foreach (var range in _progress.Planned())
        {
            _planned.Enqueue(range);
            _taken.Add(range);
        }

        CatchUp();
    }

    /// <summary>An outage is over: the live lane, if there is one, goes on at the end of the stream.</summary>
    public void CatchUp() => _lanes.Resume(_taken, _stream.DurableOffset);

    /// <summary>Within the range every record is a batch of its own.</summary>
    public void TakeSingly(OffsetRange range) => _single = range;

    /// <summary>Waits for records, and returns the next batch.</summary>
    /// <exception cref="Storage.Logs.CorruptLogException">What was stored is damaged.</exception>
    /// <exception cref="StreamRefusedException">The stream is closed.</exception>
    /// <exception cref="ObjectDisposedException">The stream was closed meanwhile.</exception>
    public async ValueTask<ExportBatch> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            NoteTrimmed();
            var isPlanned = _planned.TryDequeue(out var range);
            if (!isPlanned)
            {
                range = _lanes.Choose(_taken, _stream.DurableOffset);
            }
            else if (_stream.FirstOffset > range.First)
            {
                // It may have arrived before its answer was lost; nobody knows, and it cannot be sent again.
                _losses.Trimmed(range with { Next = Math.Min(range.Next, _stream.FirstOffset) });
            }

            var isSingle = range.First >= _single.First && range.First < _single.Next;
            var filling = new BatchFilling(range, isPlanned ? null : isSingle ? _rules with { Records = 1 } : _rules, _rules.OldestAt(_clock));
            await FillAsync(filling, cancellationToken);
            range = filling.Bounds;
            _taken.Add(range);
            _losses.Expired(filling.Expired);
            _losses.Damaged(range, _stream.Log.LostRecords);
            if (filling.Records.Count > 0)
            {
                return new ExportBatch(_identity, range.First, range.Next, filling.Records) { StreamId = _stream.Incarnation ?? "" };
            }

            _progress.MarkDone(range); // nothing of it is to be sent
        }
    }

    public void Dispose() => _reader?.Dispose();

    private async ValueTask FillAsync(BatchFilling filling, CancellationToken cancellationToken)
    {
        if (_reader is null || _reader.NextOffset != filling.Range.First)
        {
            _reader?.Dispose();
            _reader = _stream.OpenReader(filling.Range.First);
        }

        using var linger = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = _clock.CreateTimer(_ => linger.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!filling.IsComplete)
        {
            if (!_reader.TryRead(filling.RecordsLeft, filling.BytesLeft, out var records))
            {
                if (filling.MayLinger && _rules.Linger == TimeSpan.Zero)
                {
                    break;
                }

                try
                {
                    records = await _reader.ReadAsync(filling.RecordsLeft, filling.BytesLeft, linger.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    break; // the wait for more is over
                }
            }

            var mayLinger = filling.MayLinger;
            filling.Add(records);
            if (!mayLinger && filling.MayLinger)
            {
                timer.Change(_rules.Linger, Timeout.InfiniteTimeSpan);
            }
        }

    }

    /// <summary>What retention took before it was sent is lost to this export.</summary>
    private void NoteTrimmed()
    {
        var first = _stream.FirstOffset;
        foreach (var gap in _taken.Gaps(first).ToList())
        {
            _taken.Add(gap);
            _progress.MarkDone(gap);
            _losses.Trimmed(gap);
        }
    }
}
