using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>
/// An append-only log of records in one folder. Appends of all threads are gathered while the disk is busy, written at once, synced
/// once and acknowledged together (group commit); one thread per log, started by the first append, does this.
/// </summary>
/// <remarks>
/// Offsets are dense, from 0. The exception: the offsets of records that a full disk refused are not used again, so that
/// nobody takes a later record for theirs. All members may be called from any thread.
/// </remarks>
public sealed partial class AppendLog : IAsyncDisposable
{
    private const int HardPendingFactor = 4;

    private readonly object _gate = new();
    private volatile AppendLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StorageMetrics.ForLog _metrics;
    private readonly FolderLock _lock;
    private readonly long _endAtOpen;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by the gate.
    private PendingBatch _open = new();
    private PendingBatch _inFlight = new();
    private long _nextOffset;
    private long _lastTimestamp;
    private long _durableOffset;
    private Exception? _failure;
    private FailedOffsets? _failedOffsets;
    private TaskCompletionSource? _moved;
    private bool _disposed;

    private AppendLog(string folder, AppendLogOptions options, TimeProvider clock, ILogger logger, StorageMetrics.ForLog metrics, FolderLock folderLock, List<Segment> segments, SegmentWriter writer)
    {
        Folder = folder;
        _options = options;
        _clock = clock;
        _logger = logger;
        _metrics = metrics;
        _lock = folderLock;
        _segments = segments;
        SettleOld(segments);
        _sealedBytes = segments.SkipLast(1).Sum(segment => segment.UsedBytes);
        _writer = writer;
        _nextOffset = writer.NextOffset;
        _endAtOpen = writer.NextOffset;
        _durableOffset = writer.NextOffset;
        _readableOffset = writer.NextOffset;
        _lastTimestamp = segments.Max(segment => segment.LastTimestamp);
        _limits = SegmentLimits.Of(options, SegmentsPerRetention);
        OpenAges();
        StartAgeTimer();
    }

    public string Folder { get; }

    /// <summary>How it is kept now.</summary>
    public AppendLogOptions Options => _options;

    /// <summary>Of the machine, as this process knows it: differs from boot to boot; zero where the kernel does not tell.</summary>
    public Guid Boot => _options.Machine.Boot;

    /// <summary>Offset of the oldest record kept; equals <see cref="NextOffset"/> in an empty log.</summary>
    public long FirstOffset
    {
        get
        {
            lock (_gate)
            {
                return _segments[0].FirstOffset;
            }
        }
    }

    /// <summary>The offset that the next record gets.</summary>
    public long NextOffset
    {
        get
        {
            lock (_gate)
            {
                return _nextOffset;
            }
        }
    }

    /// <summary>Every record below it is kept as <see cref="AppendLogOptions.Durability"/> says, but for those that <see cref="AppendsFailed"/> named.</summary>
    public long DurableOffset => _options.Durability == Durability.Memory ? NextOffset : Volatile.Read(ref _durableOffset);

    /// <summary>Bytes of all segments that hold something.</summary>
    public long SizeBytes
    {
        get
        {
            lock (_gate)
            {
                return SizeOfSegments() - _givenUpBytes;
            }
        }
    }

    /// <summary>Keys, headers and payloads written since the log was opened, in bytes.</summary>
    public long AcceptedBytes => _metrics.AcceptedBytes;

    /// <summary>Everything handed to the kernel for them, in bytes: records, zeros ahead, footers, cursors, compressed copies.</summary>
    public long WrittenBytes => _metrics.WrittenBytes;

    /// <summary>Bytes that wait for the disk.</summary>
    public long PendingBytes
    {
        get
        {
            lock (_gate)
            {
                return _open.Bytes + (long)_inFlight.Bytes;
            }
        }
    }

    /// <summary>Why nothing can be written any more until the log is opened again; null while all is well. A full disk is no such reason.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure;
            }
        }
    }

    /// <summary>Called on the committer's thread once per batch, before its waiters go on, with the new <see cref="DurableOffset"/>. Must be quick.</summary>
    public Action<long>? DurableAdvanced { get; set; }

    /// <summary>Called when the log was closed in order, all of it synced, before another may open it. Never otherwise.</summary>
    public Action? ClosedInOrder { get; set; }

    /// <summary>
    /// Called on the committer's thread when records were refused: first offset, offset after the last, and a <see cref="LogFullException"/>
    /// or <see cref="LogFailedException"/>. Comes before any <see cref="DurableAdvanced"/> that is beyond them. Who acknowledges by
    /// <see cref="DurableAdvanced"/> must listen to this too.
    /// </summary>
    public Action<long, long, Exception>? AppendsFailed { get; set; }

    /// <summary>
    /// Takes a copy of the record and returns its offset at once; it is on its way to the disk, see <see cref="WaitDurableAsync"/>.
    /// Allocates nothing once the buffers have grown to the load.
    /// </summary>
    /// <param name="key">At most 65,535 bytes.</param>
    /// <exception cref="LogFullException">No room: in the retention (policy Reject), or four times <see cref="AppendLogOptions.MaxPendingBytes"/> wait for the disk.</exception>
    /// <exception cref="LogFailedException">An earlier write failed for good.</exception>
    /// <exception cref="ArgumentException">Larger than <see cref="AppendLogOptions.MaxRecordBytes"/>.</exception>
    public long Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            return AppendInGate(key, headers, payload);
        }
    }

    /// <summary>
    /// Completes once the record at <paramref name="offset"/> is durable, together with its whole batch; with Durability.Memory at once.
    /// </summary>
    /// <exception cref="LogFullException">The record was refused: the disk is full.</exception>
    /// <exception cref="LogFailedException">The record may be lost: the disk failed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such record was appended yet.</exception>
    public ValueTask WaitDurableAsync(long offset, CancellationToken ct = default)
    {
        Task done;
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, _nextOffset);
            if (_failedOffsets?.Find(offset) is { } failure)
            {
                return ValueTask.FromException(failure);
            }

            if (offset < _durableOffset || _options.Durability == Durability.Memory)
            {
                return ValueTask.CompletedTask;
            }

            done = offset < _inFlight.NextOffset && _inFlight.Records > 0 ? _inFlight.Done : _open.Done;
        }

        return new ValueTask(ct.CanBeCanceled ? done.WaitAsync(ct) : done);
    }

    /// <summary>Appends and waits until the record is durable. Waits first while more than <see cref="AppendLogOptions.MaxPendingBytes"/> wait for the disk.</summary>
    /// <remarks>Cancelling ends the waiting; a record taken before stays in the log.</remarks>
    /// <returns>The offset of the record.</returns>
    /// <inheritdoc cref="Append"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> AppendAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> headers, ReadOnlyMemory<byte> payload, CancellationToken ct = default)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var (offset, done) = TryAppend(key.Span, headers.Span, payload.Span);
            if (done is not null)
            {
                await (ct.CanBeCanceled ? done.WaitAsync(ct) : done);
            }

            if (offset >= 0)
            {
                return offset;
            }
        }
    }

    /// <summary>Syncs what was appended, marks the log as closed in order, and lets go of the folder.</summary>
    /// <remarks>Whoever calls it again waits for the same: the folder is free when any of the calls has completed.</remarks>
    public async ValueTask DisposeAsync()
    {
        if (!TryBeginClose())
        {
            await _closed.Task;
            return;
        }

        try
        {
            await CloseAsync();
        }
        finally
        {
            _closed.SetResult();
        }
    }

    private bool TryBeginClose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return false;
            }

            _disposed = true;
            Monitor.PulseAll(_gate);
            if (_committer is null)
            {
                _committerEnded.SetResult();
            }

            return true;
        }
    }

    private async Task CloseAsync()
    {
        if (_ageTimer is not null)
        {
            await _ageTimer.DisposeAsync();
        }

        await EndVerificationAsync();
        await _repairing.WaitAsync(); // one that is under way ends; none begins
        await CloseCursorsAsync();
        await _committerEnded.Task;
        KeepAges(isLast: true);
        await _compressionEnds.CancelAsync();
        await _compressing; // ends by itself: it has seen that the log is disposed
        _compressionEnds.Dispose();
        try
        {
            if (_failure is null)
            {
                RemoveTrimmed();
                _writer.Close();
                ClosedInOrder?.Invoke();
            }
        }
        catch (IOException exception)
        {
            // Without its mark the log is opened like one whose process was killed: nothing acknowledged is lost.
            Log.LogFailed(_logger, Folder, exception);
        }
        finally
        {
            _writer.Dispose();
            _metrics.Dispose();
            _lock.Dispose();
            EndWaitingReaders();
        }
    }

    private (long Offset, Task? Done) TryAppend(ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            if (_open.Bytes + (long)_inFlight.Bytes > _options.MaxPendingBytes && _failure is null && !_disposed)
            {
                return (-1, IgnoreFaults(_inFlight.Records > 0 ? _inFlight.Done : _open.Done));
            }

            var offset = AppendInGate(key, headers, payload);
            return (offset, _options.Durability == Durability.Memory ? null : _open.Done);
        }
    }

    /// <summary>Somebody else's refusal is not ours: we only wait for room.</summary>
    private static async Task IgnoreFaults(Task done) => await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private long AppendInGate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        var bytes = (long)key.Length + headers.Length + payload.Length;
        if (bytes > _options.MaxRecordBytes || key.Length > ushort.MaxValue)
        {
            throw new ArgumentException($"A record of {bytes} bytes (key {key.Length}) is too large: the log takes {_options.MaxRecordBytes}, keys 65,535.", nameof(payload));
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfRefused(bytes + RecordFormat.HeaderBytes);

        // Never earlier than the record before, whatever the clock does: retention by age relies on it.
        _lastTimestamp = Math.Max(_lastTimestamp, _clock.GetUtcNow().UtcTicks);
        var offset = _nextOffset;
        _open.Add(offset, _lastTimestamp, key, headers, payload);
        _nextOffset = offset + 1;
        WakeCommitter();
        if (_moved is not null && _options.Durability == Durability.Memory)
        {
            _moved.SetResult();
            _moved = null;
        }

        return offset;
    }

    private void ThrowIfRefused(long bytes)
    {
        if (_failure is not null)
        {
            throw new LogFailedException(Folder, _failure);
        }

        var pending = _open.Bytes + (long)_inFlight.Bytes;
        if (pending + bytes > (long)HardPendingFactor * _options.MaxPendingBytes && pending > 0)
        {
            throw new LogFullException(Folder, $"{pending} bytes wait for the disk", "Append with AppendAsync, which waits for it, or use a faster disk.");
        }

        if (_options.Full == LogFullPolicy.Reject && RetentionIsUsedUp(pending + bytes))
        {
            throw new LogFullException(Folder, $"its retention ({_options.Retention}) is used up", "Wait until its readers have caught up, or raise the retention.");
        }
    }
}
