using System.Text;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// A durable line in which failed events of all functions wait for one fixed time and then go back to their function's queue. The same time for
/// all makes it first in, first out, so that one cursor is exact: an event that waits does not keep those behind it from being committed.
/// </summary>
internal sealed partial class RetryDelay : IAsyncDisposable
{
    private readonly TimeSpan _delay;
    private readonly AppendLog _log;
    private readonly LogCursor _cursor;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public RetryDelay(string folder, TimeSpan delay, long maxBytes, TimeProvider clock, ILogger logger)
    {
        (_delay, _clock, _logger) = (delay, clock, logger);
        _log = AppendLog.Open(
            folder,
            new AppendLogOptions { MaxRecordBytes = InvocationQueue.MaxRecordBytes, SegmentBytes = 4 * 1024 * 1024, Retention = new LogRetention(Bytes: maxBytes), Full = LogFullPolicy.Reject },
            clock,
            logger);
        _cursor = _log.OpenCursor("due", 0);
    }

    /// <param name="requeue">Puts an event back into its function's queue; completes when it is durable there.</param>
    public void Start(Func<string, QueuedInvocation, ReadOnlyMemory<byte>, ValueTask> requeue) => _loop = Task.Run(() => RunAsync(requeue));

    /// <exception cref="LogFullException">So many events wait already, or the disk is full.</exception>
    public async Task AddAsync(string function, QueuedInvocation invocation, ReadOnlyMemory<byte> payload) =>
        await _log.AppendAsync(Encoding.UTF8.GetBytes(function), invocation.ToBytes(), payload);

    /// <summary>Gives no more events back; still takes them.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _log.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(Func<string, QueuedInvocation, ReadOnlyMemory<byte>, ValueTask> requeue)
    {
        try
        {
            using var reader = _log.OpenReader(_cursor.Committed);
            while (true)
            {
                foreach (var record in await reader.ReadAsync(16, InvocationQueue.MaxRecordBytes, _stop.Token))
                {
                    await WaitUntilAsync(record.Timestamp + _delay);
                    await RequeueAsync(record, requeue);
                    await _cursor.CommitAsync(record.Offset + 1, _stop.Token);
                }

                _log.TrimTo(_cursor.Committed);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The daemon stops; the cursor knows where to go on.
        }
        catch (Exception exception)
        {
            LogStopped(_delay, exception);
        }
    }

    private async Task RequeueAsync(LogRecord record, Func<string, QueuedInvocation, ReadOnlyMemory<byte>, ValueTask> requeue)
    {
        while (true)
        {
            try
            {
                await requeue(Encoding.UTF8.GetString(record.Key.Span), QueuedInvocation.FromBytes(record.Headers.Span), record.Payload);
                return;
            }
            catch (FunctionThrottledException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _clock, _stop.Token); // its queue is full: it has a second chance in a second
            }
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due)
    {
        // A clock that was set back must not hold events up for longer than the delay itself.
        if (due - _clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait < _delay ? wait : _delay, _clock, _stop.Token);
        }
    }

    [LoggerMessage(3033, LogLevel.Error, "Events that failed and wait for {Delay} are not run again until a restart")]
    private partial void LogStopped(TimeSpan delay, Exception exception);
}
