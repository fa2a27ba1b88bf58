using System.Text;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Workers;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// The asynchronous invocations of one function: a durable log, read by one loop that keeps as many running as the function may have workers.
/// An event leaves by its answer, or into a <see cref="RetryDelay"/>, or into the dead letters; only then does the cursor pass it, so each runs at least once.
/// </summary>
internal sealed partial class InvocationQueue : IAsyncDisposable
{
    /// <summary>Largest event of an asynchronous invocation, in bytes.</summary>
    public const int MaxPayloadBytes = 1024 * 1024;

    /// <summary>Room for the event and what goes with it: a client context, a topic, correlation data.</summary>
    public const int MaxRecordBytes = MaxPayloadBytes + (256 * 1024);

    private const int RecordsPerRead = 64;

    private readonly Function _function;
    private readonly QueueFate _fate;
    private readonly AppendLog _log;
    private readonly LogCursor _cursor;
    private readonly OutstandingOffsets _outstanding;
    private readonly ConcurrencyGate _slots;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _key;
    private Task? _loop;

    public InvocationQueue(Function function, string folder, long maxBytes, QueueFate fate, TimeProvider clock, ILogger logger)
    {
        (_function, _fate, _logger) = (function, fate, logger);
        _key = Encoding.UTF8.GetBytes(function.Name);
        _log = AppendLog.Open(
            folder,
            new AppendLogOptions { MaxRecordBytes = MaxRecordBytes, SegmentBytes = 4 * 1024 * 1024, Retention = new LogRetention(Bytes: maxBytes), Full = LogFullPolicy.Reject },
            clock,
            logger);
        _cursor = _log.OpenCursor("dispatch", 0);
        _outstanding = new OutstandingOffsets(_cursor.Committed);
        _slots = new ConcurrencyGate(() => function.MaxConcurrency);
    }

    /// <summary>Events that are not done: those that run included.</summary>
    public long Count => Math.Max(0, _log.NextOffset - Math.Max(_cursor.Committed, _log.FirstOffset));

    /// <summary>The function may run more at a time than before.</summary>
    public void LimitChanged() => _slots.LimitChanged();

    /// <summary>Begins to run what is kept. May be called again.</summary>
    public void Start() => _loop ??= Task.Run(RunAsync);

    /// <summary>Copies the event before it returns.</summary>
    /// <returns>Completes when the event is durable.</returns>
    /// <exception cref="FunctionThrottledException">The queue is full, or the disk.</exception>
    public ValueTask Enqueue(QueuedInvocation invocation, ReadOnlySpan<byte> payload)
    {
        try
        {
            return WaitAsync(_log.WaitDurableAsync(_log.Append(_key, invocation.ToBytes(), payload)));
        }
        catch (LogFullException exception)
        {
            throw new FunctionThrottledException(_function.Name, exception.Message, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await (_loop ?? Task.CompletedTask);
        await _slots.DrainAsync(); // what runs has ended, or its worker was ended
        await _log.DisposeAsync();
        _stop.Dispose();
    }

    private async ValueTask WaitAsync(ValueTask durable)
    {
        try
        {
            await durable;
        }
        catch (LogFullException exception)
        {
            throw new FunctionThrottledException(_function.Name, exception.Message, exception);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            using var reader = _log.OpenReader(_cursor.Committed);
            while (true)
            {
                foreach (var record in await reader.ReadAsync(RecordsPerRead, MaxRecordBytes, _stop.Token))
                {
                    await _slots.EnterAsync(_stop.Token);
                    _outstanding.Begin(record.Offset);
                    _ = HandleAsync(record.Offset, record.Headers.ToArray(), record.Payload.ToArray());
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The daemon stops; the cursor knows where to go on.
        }
        catch (Exception exception)
        {
            LogQueueStopped(_function.Name, exception);
        }
    }

    private async Task HandleAsync(long offset, byte[] headers, byte[] payload)
    {
        try
        {
            var queued = QueuedInvocation.FromBytes(headers);
            await _fate.DecideAsync(_function.Name, queued, payload, await ResultAsync(queued, payload));
            var done = _outstanding.End(offset);
            await _cursor.CommitAsync(done, CancellationToken.None);
            _log.TrimTo(done);
        }
        catch (FunctionUnavailableException)
        {
            // The daemon stops: the event stays in the queue and runs after the next start.
        }
        catch (Exception exception)
        {
            // Not done as far as the disk knows: it runs again after the next start.
            LogFateUnknown(_function.Name, offset, exception);
        }
        finally
        {
            _slots.Leave();
        }
    }

    /// <summary>A defect of ours while it runs counts as a failure of the function: the event is tried again and then given up, never lost.</summary>
    private async Task<InvocationResult> ResultAsync(QueuedInvocation queued, byte[] payload)
    {
        try
        {
            var invocation = new Invocation(queued.RequestId, payload, queued.ClientContext, hasCaller: false, withLogTail: false) { Trace = queued.Trace, Routes = queued.Routes };
            await _function.ReserveAsync(invocation, _stop.Token);
            _function.Submit(invocation, queued.Qualifier, bounded: false);
            return await invocation.Result;
        }
        catch (Exception exception) when (exception is not FunctionUnavailableException)
        {
            LogNotRun(_function.Name, queued.RequestId, exception);
            return new InvocationResult { RequestId = queued.RequestId, FunctionError = FunctionErrors.Unhandled, Payload = FunctionErrors.NotStarted(queued.RequestId, exception.Message) };
        }
    }

    [LoggerMessage(3030, LogLevel.Error, "Function {Function}: its queue is not read any more; its events run after a restart")]
    private partial void LogQueueStopped(string function, Exception exception);

    [LoggerMessage(3031, LogLevel.Error, "Function {Function}: what became of the event at {Offset} of its queue could not be kept; it will run again after a restart")]
    private partial void LogFateUnknown(string function, long offset, Exception exception);

    [LoggerMessage(3034, LogLevel.Error, "Function {Function}: invocation {RequestId} could not be run, which counts as a failure")]
    private partial void LogNotRun(string function, string requestId, Exception exception);
}
