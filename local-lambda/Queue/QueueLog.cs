using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Recovery;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// The durable half of an <see cref="InvocationQueue"/>: one log with the events and, behind them, marks of what became of each. What has no mark that it is done
/// is there again after a start. Any thread may call.
/// </summary>
internal sealed partial class QueueLog : IAsyncDisposable
{
    private const int SegmentBytes = 4 * 1024 * 1024;
    private const int ReadBytes = 64 * 1024;

    /// <summary>Reading on is cheaper than opening the file anew, up to so many records.</summary>
    private const int MostSkipped = 256;

    /// <summary>What the log may hold beyond the limit: marks are never refused for want of room that they are to make.</summary>
    private const long RoomForMarks = 8 * 1024 * 1024;

    private readonly AppendLog _log;
    private readonly long _maxBytes;
    private readonly byte[] _key;
    private readonly ILogger _logger;
    private readonly Lock _reading = new();
    private readonly Dictionary<string, string> _kept = [];
    private LogReader? _reader;

    private QueueLog(AppendLog log, string function, long maxBytes, ILogger logger)
    {
        (_log, Function, _maxBytes, _logger) = (log, function, maxBytes, logger);
        _key = Encoding.UTF8.GetBytes(function);
    }

    public string Function { get; }

    /// <summary>Every record below it is on the disk.</summary>
    public long DurableOffset => _log.DurableOffset;

    public long SizeBytes => _log.SizeBytes + _log.PendingBytes;

    /// <param name="durable">Called when <see cref="DurableOffset"/> has grown. Must be quick.</param>
    /// <returns>The log, and the events that are not done, in its order.</returns>
    /// <exception cref="CorruptLogException">What is kept is damaged; it is left as it is. See <see cref="QueueSalvage"/>.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public static async Task<(QueueLog Log, IReadOnlyList<QueueEntry> Left)> OpenAsync(
        string function, string folder, long maxBytes, EventClock ages, Action durable, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        var log = AppendLog.Open(folder, OptionsFor(maxBytes, $"queue of {function}"), clock, logger, metrics);
        try
        {
            var queue = new QueueLog(log, function, maxBytes, logger);
            await queue.TakeOverCursorAsync();
            var left = queue.Replay(ages);
            log.DurableAdvanced = _ => durable();
            return (queue, left);
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    public static AppendLogOptions OptionsFor(long maxBytes, string? name = null) => new()
    {
        Name = name,
        MaxRecordBytes = InvocationQueue.MaxRecordBytes,
        SegmentBytes = (int)Math.Min(SegmentBytes, maxBytes / 8),
        Retention = new LogRetention(Bytes: maxBytes + RoomForMarks),
        Full = LogFullPolicy.Reject,
    };

    /// <summary>Takes one more record into account.</summary>
    /// <param name="left">The events before it that are not done, by offset.</param>
    public static void Replay(SortedDictionary<long, QueueEntry> left, in LogRecord record, EventClock ages)
    {
        if (record.Key.IsEmpty)
        {
            Apply(left, JsonSerializer.Deserialize(record.Headers.Span, QueueJson.Default.QueueMark)!);
            return;
        }

        var queued = QueuedInvocation.FromBytes(record.Headers.Span);
        left.Remove(queued.Replaces ?? -1);
        left[record.Offset] = queued.ToEntry(record.Offset, record.Headers.Length + record.Payload.Length, ages);
    }

    /// <summary>Copies the event; see <see cref="WaitDurableAsync"/>.</summary>
    /// <returns>Its offset.</returns>
    /// <exception cref="FunctionThrottledException">The queue is full.</exception>
    public long Append(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        if (SizeBytes + headers.Length + payload.Length > _maxBytes)
        {
            throw new FunctionThrottledException(Function, $"its queue has reached {_maxBytes} bytes and is full until events are done") { IsQueue = true };
        }

        return AppendRecord(headers, payload);
    }

    /// <summary>As <see cref="Append"/>, for what stands for an event that is in the queue already: it may use the room for marks too.</summary>
    /// <param name="queued">Its <see cref="QueuedInvocation.Replaces"/> is that event's offset.</param>
    public long Replace(QueuedInvocation queued, ReadOnlySpan<byte> payload) => AppendRecord(queued.ToBytes(), payload);

    /// <exception cref="FunctionThrottledException">The disk is full.</exception>
    public async ValueTask WaitDurableAsync(long offset)
    {
        try
        {
            await _log.WaitDurableAsync(offset);
        }
        catch (LogFullException exception)
        {
            throw new FunctionThrottledException(Function, exception.Message, exception) { IsQueue = true };
        }
    }

    /// <summary>
    /// On its way to the disk when it returns. Where the disk does not take it, the event runs again after the next start: at least once is all that is promised.
    /// </summary>
    public void Mark(QueueMark mark)
    {
        try
        {
            _log.Append([], JsonSerializer.SerializeToUtf8Bytes(mark, QueueJson.Default.QueueMark), []);
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException)
        {
            LogNotMarked(Function, exception.Message);
        }
    }

    /// <returns>Copies; null when the record is not there, because the disk refused it.</returns>
    /// <exception cref="CorruptLogException">It is damaged.</exception>
    public (QueuedInvocation Queued, byte[] Payload)? Read(long offset)
    {
        lock (_reading)
        {
            if (_reader is null || offset < _reader.NextOffset || offset - _reader.NextOffset > MostSkipped)
            {
                _reader?.Dispose();
                _reader = _log.OpenReader(offset);
            }

            try
            {
                while (_reader.TryRead(1, ReadBytes, out var records) && records[0].Offset <= offset)
                {
                    if (records[0].Offset == offset)
                    {
                        return Copy(records[0]);
                    }
                }

                return null;
            }
            catch (CorruptLogException exception)
            {
                // What is damaged may lie on the way to it.
                _reader.Dispose();
                _reader = null;
                if (LogSalvage.Find(exception.Segment, offset, InvocationQueue.MaxRecordBytes) is { } record)
                {
                    return Copy(record);
                }

                throw;
            }
        }

        static (QueuedInvocation, byte[]) Copy(in LogRecord record) => (QueuedInvocation.FromBytes(record.Headers.Span), record.Payload.ToArray());
    }

    /// <summary>Copies a damaged segment to where it stays, once: its own goes when what is sound in it is done.</summary>
    /// <returns>For an operator: where it is, or why it is nowhere.</returns>
    public string KeepDamaged(string segment, FoundDamage damage)
    {
        lock (_reading)
        {
            if (_kept.TryGetValue(segment, out var known))
            {
                return $"The damaged part is kept in {known}";
            }

            var aside = damage.AsideOf(_log.Folder);
            try
            {
                Directory.CreateDirectory(aside);
                File.Copy(segment, Path.Combine(aside, Path.GetFileName(segment)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return $"The damaged part could not be kept: {exception.Message}";
            }

            _kept.Add(segment, aside);
            return $"The damaged part is kept in {aside}; remove it when nothing in it is needed";
        }
    }

    /// <summary>No event below the offset is needed any more.</summary>
    public void TrimTo(long offset) => _log.TrimTo(offset);

    public async ValueTask DisposeAsync()
    {
        lock (_reading)
        {
            _reader?.Dispose();
            _reader = null;
        }

        await _log.DisposeAsync();
    }

    private long AppendRecord(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        try
        {
            return _log.Append(_key, headers, payload);
        }
        catch (LogFullException exception)
        {
            throw new FunctionThrottledException(Function, exception.Message, exception) { IsQueue = true };
        }
    }

    private List<QueueEntry> Replay(EventClock ages)
    {
        var left = new SortedDictionary<long, QueueEntry>();
        using var reader = _log.OpenReader(_log.FirstOffset);
        while (reader.TryRead(256, 1024 * 1024, out var records))
        {
            foreach (var record in records)
            {
                Replay(left, record, ages);
            }
        }

        return [.. left.Values];
    }

    private static void Apply(SortedDictionary<long, QueueEntry> left, QueueMark mark)
    {
        if (mark.DoneBelow is { } below)
        {
            foreach (var offset in left.Keys.TakeWhile(offset => offset < below).ToList())
            {
                left.Remove(offset);
            }
        }
        else if (mark.Done)
        {
            left.Remove(mark.Of ?? -1);
        }
        else if (left.TryGetValue(mark.Of ?? -1, out var entry))
        {
            (entry.Failures, entry.Throttles, entry.Due) = (mark.Failures, mark.Throttles, TimeSpan.FromMilliseconds(mark.Due));
        }
    }

    /// <summary>Queues of former releases had a cursor instead of marks.</summary>
    private async Task TakeOverCursorAsync()
    {
        const string Name = "dispatch";
        if (_log.CursorNames.Contains(Name))
        {
            var done = _log.OpenCursor(Name, 0).Committed;
            await _log.WaitDurableAsync(_log.Append([], JsonSerializer.SerializeToUtf8Bytes(new QueueMark { DoneBelow = done }, QueueJson.Default.QueueMark), []));
            await _log.DeleteCursorAsync(Name);
        }
    }

    [LoggerMessage(3400, LogLevel.Error, "Function {Function}: what became of an event could not be kept, so that it runs again after a restart: {Reason}")]
    private partial void LogNotMarked(string function, string reason);
}
