using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Client.Queue;

/// <summary>
/// How far the queue is done, written down for many acknowledgements at once: when half of the window waits for it, or after the
/// linger. Frees what is behind.
/// </summary>
internal sealed class QueuePosition : IAsyncDisposable
{
    private readonly AppendLog _log;
    private readonly LogCursor _cursor;
    private readonly TimeSpan _linger;
    private readonly int _most;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _next;
    private int _unwritten;

    public QueuePosition(AppendLog log, LogCursor cursor, MqttOutgoingQueueOptions options, TimeProvider clock, ILogger logger)
    {
        _log = log;
        _cursor = cursor;
        _linger = options.Linger;
        _most = Math.Max(1, options.MaxInflight / 2);
        _logger = logger;
        _next = cursor.Committed;
        _timer = clock.CreateTimer(_ => _ = WriteAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The record to go on with.</summary>
    public long Next
    {
        get
        {
            lock (_gate)
            {
                return _next;
            }
        }
    }

    /// <summary>One more record is done.</summary>
    /// <param name="next">The offset after it, in growing order.</param>
    public void Advance(long next)
    {
        bool full;
        lock (_gate)
        {
            _next = next;
            if (++_unwritten == 1)
            {
                _timer.Change(_linger, Timeout.InfiniteTimeSpan);
            }

            full = _unwritten >= _most;
        }

        if (full)
        {
            _ = WriteAsync(); // faults are told in it
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await WriteAsync();
    }

    private async Task WriteAsync()
    {
        long next;
        lock (_gate)
        {
            next = _next;
            _unwritten = 0;
        }

        try
        {
            await _cursor.CommitAsync(next); // those that come while the disk is busy go together
            _log.TrimTo(next);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            _logger.QueuePositionNotWritten(_log.Folder, next, exception); // what it costs is a repetition; the next write covers this one
        }
    }
}
