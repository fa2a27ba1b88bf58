using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Workers;

/// <summary>
/// The workers of one function and the invocations that wait for one. A worker that has answered is available again at once, before it asks for
/// its next event: sequential callers are served by one warm worker instead of starting another in the gap.
/// </summary>
internal sealed partial class WorkerPool : IWorkerClaimant, IAsyncDisposable
{
    /// <summary>A start that takes longer waits for something, and keeps no other function from starting meanwhile.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly FunctionDefinition _definition;
    private readonly WorkerStarter _starter;
    private readonly WorkerAdmission _admission;
    private readonly FunctionLog _log;
    private readonly PlatformLog _platform;
    private readonly Metrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TimeSpan _initTimeout;
    private readonly ITimer _sweep;
    private readonly TimeSpan _sweepPeriod;
    private readonly PinnedBackoff _backoff;
    private readonly int _pinned;

    // Guarded by _gate.
    private readonly List<Worker> _workers = [];
    private readonly List<Worker> _available = []; // used from the end: the warmest first, so that the others grow idle and end
    private readonly WaitingLine _waiting = new();
    private readonly UsualStart _usualStart;
    private readonly UsualStart _usualStartOfSpare;
    private int _starting;
    private bool _sweeping;
    private bool _stopping;
    private bool _retired;
    private bool _left; // the admission, which may be left once
    private bool _closed; // no worker is started any more, and what none has seen is not run
    private TaskCompletionSource? _drained;

    public WorkerPool(FunctionDefinition definition, WorkerStarter starter, WorkerAdmission admission, FunctionLog log, Metrics metrics, FunctionOptions options, TimeProvider clock, ILogger logger, bool isServing)
    {
        (_definition, _starter, _admission, _log, _metrics, _clock, _logger) = (definition, starter, admission, log, metrics, clock, logger);
        _pinned = isServing ? definition.Pinned : 0;
        _platform = new PlatformLog(definition, log);
        Arn = definition.Arn.ToString();
        _initTimeout = options.InitTimeout;
        _backoff = new PinnedBackoff(clock);
        (_usualStart, _usualStartOfSpare) = (new UsualStart(definition.Runtime.Family), new UsualStart(definition.Runtime.Family));
        _sweepPeriod = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond / 2, definition.Idle.Ticks / 4));
        _sweep = clock.CreateTimer(static pool => ((WorkerPool)pool!).EndIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        admission.Open(this);
    }

    public FunctionDefinition Definition => _definition;

    public ServiceClass Class => _definition.Class;

    public FunctionLog Log => _log;

    /// <summary>Workers that run without being asked for.</summary>
    public int Pinned => _pinned;

    public string Arn { get; }

    /// <summary>Starts the pinned workers.</summary>
    public void Start() => EnsureWorkers();

    /// <param name="bounded">False for the durable queue, which bounds itself by the function's concurrency.</param>
    /// <returns>False when the pool has been retired: another one runs the function's invocations.</returns>
    /// <exception cref="FunctionThrottledException">All workers are busy and the queue is full.</exception>
    /// <exception cref="FunctionUnavailableException">The gateway is stopping.</exception>
    public bool TrySubmit(Invocation invocation, bool bounded)
    {
        Delivery delivery = default;
        var assigned = false;
        lock (_gate)
        {
            if (_stopping)
            {
                return _retired ? false : throw Stopping();
            }

            if (_available.Count > 0)
            {
                delivery = AssignLastAvailable(invocation);
                assigned = true;
            }
            else
            {
                var busy = _workers.Count(static worker => worker.Current is not null);
                if (bounded && _waiting.Count >= _definition.Queue + _definition.MaxConcurrency - busy)
                {
                    _metrics.Throttled(_definition.Name);
                    throw new FunctionThrottledException(_definition.Name, $"{busy} of {_definition.MaxConcurrency} workers are busy and {_waiting.Count} invocations wait");
                }

                _waiting.Add(invocation);
            }
        }

        delivery.Complete();
        if (!assigned)
        {
            EnsureWorkers();
        }

        return true;
    }

    /// <summary>The caller has gone: an invocation that no worker has yet is dropped.</summary>
    public void Abandon(Invocation invocation)
    {
        bool waited;
        lock (_gate)
        {
            waited = _waiting.Remove(invocation);
        }

        if (waited)
        {
            invocation.Abandon();
        }
    }

    /// <summary>As <see cref="StopAsync"/>, but who submits is told to ask another pool: the version has been replaced or removed.</summary>
    public Task RetireAsync(CancellationToken giveUp)
    {
        lock (_gate)
        {
            _retired = true;
        }

        return StopAsync(giveUp);
    }

    /// <summary>Takes no more invocations, runs those that it has, then ends every worker. The bound is the caller's token. May be called again, with an earlier bound.</summary>
    public async Task StopAsync(CancellationToken giveUp)
    {
        Task drained;
        lock (_gate)
        {
            _stopping = true;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
            TellIfDrained();
        }

        await _sweep.DisposeAsync();
        _backoff.Dispose();
        await drained.WaitAsync(giveUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Worker[] workers;
        Invocation[] left;
        lock (_gate)
        {
            _closed = true;
            workers = [.. _workers];
            if (!_left)
            {
                _left = true;
                _admission.Close(this);
            }

            left = [.. _waiting.All];
            _waiting.Clear();
        }

        foreach (var invocation in left)
        {
            invocation.Fail(Stopping());
        }

        foreach (var worker in workers)
        {
            worker.Kill();
        }

        await Task.WhenAll(workers.Select(_starter.EndedAsync));
    }

    /// <summary>Ends every worker without waiting for what it runs.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private FunctionUnavailableException Stopping() => new(_definition.Name, "the gateway is stopping");

    private void TellIfDrained()
    {
        if (_stopping && _waiting.Count == 0 && _workers.TrueForAll(worker => worker.Current is null))
        {
            _drained?.TrySetResult();
        }
    }

    public TimeSpan? LongestIdle()
    {
        lock (_gate)
        {
            return _available.Count > 0 && _workers.Count > _pinned ? _clock.GetElapsedTime(_available[0].IdleSince) : null;
        }
    }

    public bool EndLongestIdle()
    {
        Worker worker;
        lock (_gate)
        {
            if (_available.Count == 0 || _workers.Count <= _pinned)
            {
                return false;
            }

            worker = _available[0];
            worker.Dead = true;
            _available.RemoveAt(0);
        }

        worker.Kill();
        return true;
    }

    /// <summary>Starts as many workers as invocations wait for one and as are pinned, within the function's concurrency and as it is its turn.</summary>
    public void EnsureWorkers()
    {
        while (true)
        {
            Invocation? victim = null;
            Exception? fault = null;
            Invocation? hedged;
            lock (_gate)
            {
                var pinned = _workers.Count < _pinned && !_backoff.IsWaiting;
                var awaited = _waiting.Count > _starting;
                hedged = awaited || pinned ? null : WaitsForLateWorker();
                if (_closed || (!awaited && (_stopping || !(pinned || hedged is not null))) || _workers.Count >= Math.Max(_definition.MaxConcurrency, hedged is null ? 0 : FewestForHedge))
                {
                    return;
                }

                if (!_admission.TryBegin(this))
                {
                    return;
                }

                try
                {
                    var worker = _starter.Create(this, pinned);
                    worker.StartedAt = _clock.GetTimestamp();
                    worker.HoldsStart = true;
                    worker.StartTimer = _clock.CreateTimer(static state => ((Worker)state!).Pool.GiveUpStart((Worker)state), worker, LongestHold, Timeout.InfiniteTimeSpan);
                    worker.Timer = _clock.CreateTimer(static state => ((Worker)state!).Pool.OnTimer((Worker)state), worker, _initTimeout, Timeout.InfiniteTimeSpan);
                    ExpectSoon(worker);
                    hedged?.IsHedged = true;
                    _starting++;
                    _workers.Add(worker);
                    _platform.InitStart();
                    _starter.Launch(worker);
                }
                catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
                {
                    // No descriptors left, or no room for a socket: as with a worker that ends before it is ready, one invocation pays for it.
                    fault = exception;
                    _admission.Started(this);
                    _admission.Ended(this);
                    _backoff.Failed();
                    victim = TakeVictimOfStart();
                }
            }

            if (fault is null)
            {
                _metrics.ColdStart(_definition.Name);
                if (hedged is not null)
                {
                    _metrics.HedgedStart(_definition.Name);
                    LogHedged(_definition.Name);
                }

                continue;
            }

            LogNoWorker(_definition.Name, fault.Message);
            if (victim is not null)
            {
                _metrics.Invoked(_definition.Name, TimeSpan.Zero, InvocationOutcome.InitFailed);
                victim.IsFaultOfMachine = true;
                victim.Complete(FunctionErrors.NotStarted(victim.RequestId, fault.Message), FunctionErrors.Unhandled, _definition.Version);
            }

            _backoff.WhenOver(EnsureWorkers);
        }
    }

    private Delivery AssignLastAvailable(Invocation invocation)
    {
        var worker = _available[^1];
        _available.RemoveAt(_available.Count - 1);
        return Assign(worker, invocation);
    }

    private Delivery Assign(Worker worker, Invocation invocation)
    {
        invocation.StartedAt = _clock.GetTimestamp();
        invocation.Deadline = _clock.GetUtcNow() + _definition.Timeout;
        invocation.InitDuration = worker.InitDuration;
        worker.InitDuration = null;
        worker.Current = invocation;
        worker.Answered = false;
        worker.Timer!.Change(_definition.Timeout, Timeout.InfiniteTimeSpan);
        if (worker.Parked is not { } parked)
        {
            return default; // it is on its way back from its last answer, and finds this one when it asks
        }

        worker.Parked = null;
        return new Delivery(this, worker, invocation, parked);
    }

    private void EndIdle()
    {
        List<Worker> idle = [];
        lock (_gate)
        {
            for (var i = 0; i < _available.Count && _workers.Count - idle.Count > _pinned;)
            {
                if (_clock.GetElapsedTime(_available[i].IdleSince) < _definition.Idle)
                {
                    i++;
                    continue;
                }

                _available[i].Dead = true;
                idle.Add(_available[i]);
                _available.RemoveAt(i);
            }

            _sweeping = _workers.Count - idle.Count > _pinned && !_stopping;
            if (_sweeping)
            {
                _sweep.Change(_sweepPeriod, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var worker in idle)
        {
            worker.Kill();
        }
    }

    private void WriteStart(Worker worker, Invocation invocation)
    {
        invocation.Delivered = true;
        worker.SpokeOfMemory = false;
        _starter.Watch(worker);
        worker.Output?.Drain(); // what was printed before belongs to the one before
        worker.Prints = invocation;
        _platform.Start(invocation);
    }

    /// <param name="answer">The error, where it failed.</param>
    /// <param name="line">What to tell of an end that the function itself cannot tell of; null for nothing.</param>
    private void WriteEnd(Worker worker, Invocation invocation, InvocationOutcome outcome, ReadOnlyMemory<byte> answer, string? line)
    {
        worker.Output?.EndOfInvocation();
        var report = new InvocationReport(
            outcome, _clock.GetElapsedTime(invocation.StartedAt), invocation.InitDuration, _starter.PeakMemory(worker), outcome == InvocationOutcome.Success ? null : ErrorType.Of(answer.Span));
        if (!invocation.Delivered)
        {
            _platform.Start(invocation); // its worker never lived to see it
        }

        if (line is not null)
        {
            _platform.Failure(invocation, line);
        }

        _platform.End(invocation, report);
        worker.Prints = null;
        _log.Outcomes.Add(invocation.RequestId, _definition.Version, report, report.Failed ? ErrorType.MessageOf(answer.Span) : null);
        _metrics.Invoked(_definition.Name, report.Duration, outcome);
    }

    /// <summary>An event for a runtime that waits for one. Completed outside the lock: the runtime's connection is written on this thread.</summary>
    private readonly record struct Delivery(WorkerPool Pool, Worker Worker, Invocation Invocation, TaskCompletionSource<Invocation?> Parked)
    {
        public void Complete()
        {
            if (Parked is not null)
            {
                Pool.WriteStart(Worker, Invocation);
                Parked.TrySetResult(Invocation);
            }
        }
    }
}
