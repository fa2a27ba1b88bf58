using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Workers;

/// <summary>What happens to workers: they ask, answer, run out of time, and end.</summary>
internal sealed partial class WorkerPool
{
    /// <summary>The runtime asks for its next event.</summary>
    /// <returns>Null: the worker is at its end. The task waits for as long as there is nothing to do.</returns>
    /// <exception cref="InvalidOperationException">It has not answered the last one, or it asks twice at a time.</exception>
    public Task<Invocation?> NextAsync(Worker worker)
    {
        Invocation invocation;
        lock (_gate)
        {
            if (worker.Dead)
            {
                return Task.FromResult<Invocation?>(null);
            }

            if (worker.Parked is not null || worker.Current is { Delivered: true })
            {
                throw new InvalidOperationException("Transition from Running to Ready is not allowed: the invocation before has no answer.");
            }

            if (!worker.Ready)
            {
                worker.Ready = true;
                worker.InitDuration = _clock.GetElapsedTime(worker.StartedAt);
                _metrics.Initialized(_definition.Name, worker.InitDuration.Value);
                worker.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                worker.Usual?.Add(worker.InitDuration.Value);
                EndStarting(worker);
                EndSuperseded();
                _backoff.Reset();
                LogWorkerReady(_definition.Name, worker.Id, worker.InitDuration.Value.TotalMilliseconds);
                MakeAvailable(worker);
            }

            if (worker.Current is null)
            {
                // Without RunContinuationsAsynchronously: the thread that brings the event also writes it, one switch less.
                worker.Parked = new TaskCompletionSource<Invocation?>();
                return worker.Parked.Task;
            }

            invocation = worker.Current;
        }

        WriteStart(worker, invocation);
        return Task.FromResult<Invocation?>(invocation);
    }

    /// <summary>The connection that waited for an event has gone; the runtime may ask again on another.</summary>
    public void Unpark(Worker worker)
    {
        TaskCompletionSource<Invocation?>? parked;
        lock (_gate)
        {
            parked = worker.Parked;
            worker.Parked = null;
        }

        parked?.TrySetResult(null); // outside: the connection goes on, on this thread
    }

    /// <returns>The invocation, when the worker runs it and has not answered it. Its time goes on.</returns>
    public Invocation? Running(Worker worker, string requestId)
    {
        lock (_gate)
        {
            return worker.Current is { Delivered: true } current && !worker.Answered && current.RequestId == requestId ? current : null;
        }
    }

    /// <returns>The invocation, when the worker runs it and has not answered it; then <see cref="Answer"/> must follow. Else null.</returns>
    public Invocation? TryBeginAnswer(Worker worker, string requestId)
    {
        lock (_gate)
        {
            if (worker.Current is not { Delivered: true } current || worker.Answered || current.RequestId != requestId)
            {
                return null;
            }

            worker.Answered = true;
            worker.Timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return current;
        }
    }

    /// <param name="invocation">From <see cref="TryBeginAnswer"/>: the worker may have ended since, and then runs nothing any more.</param>
    public void Answer(Worker worker, Invocation invocation, ReadOnlyMemory<byte> payload, string? functionError)
    {
        try
        {
            WriteEnd(worker, invocation, functionError is null ? InvocationOutcome.Success : InvocationOutcome.FunctionError, payload, line: null);
        }
        finally
        {
            lock (_gate)
            {
                worker.Current = null;
                if (!worker.Dead)
                {
                    MakeAvailable(worker);
                }

                TellIfDrained();
            }

            invocation.Complete(payload, functionError, _definition.Version);
        }
    }

    public void FailInit(Worker worker, byte[] error)
    {
        lock (_gate)
        {
            worker.InitError = error;
        }

        worker.Kill(); // the runtime is to exit; this makes sure
    }

    /// <summary>The process has ended and its output is read.</summary>
    public void OnExit(Worker worker, int exitCode, WorkerEnd end)
    {
        Invocation? victim = null;
        Invocation? unserved = null;
        TaskCompletionSource<Invocation?>? parked;
        bool again;
        bool superseded;
        var outcome = !worker.Ready ? InvocationOutcome.InitFailed : end == WorkerEnd.OutOfMemory ? InvocationOutcome.OutOfMemory : InvocationOutcome.Crashed;
        lock (_gate)
        {
            superseded = worker is { Dead: true, Ready: false };
            worker.Dead = true;
            worker.Timer?.Dispose();
            parked = worker.Parked;
            worker.Parked = null;
            _workers.Remove(worker);
            _available.Remove(worker);
            if (superseded)
            {
                // Nobody waits for it.
            }
            else if (!worker.Ready)
            {
                EndStarting(worker);
                _backoff.Failed();
                victim = TakeVictimOfStart(); // the start was on its behalf
                victim?.StartedAt = worker.StartedAt;
            }
            else if (worker.Current is { Delivered: false } undelivered)
            {
                if (_closed)
                {
                    unserved = undelivered;
                }
                else
                {
                    _waiting.PutBack(undelivered); // nothing has seen it: another worker may run it
                }
            }
            else if (!worker.Answered)
            {
                victim = worker.Current;
            }

            _admission.Ended(this);
            worker.Current = null;
            again = _waiting.Count > 0 || !_stopping;
        }

        parked?.TrySetResult(null);
        unserved?.Fail(Stopping());
        if (outcome == InvocationOutcome.InitFailed && !superseded && !_closed)
        {
            _platform.InitReport(_clock.GetElapsedTime(worker.StartedAt), worker.InitTimedOut, ErrorType.Of(worker.InitError ?? FunctionErrors.Exited("", exitCode, end)));
        }

        if (end != WorkerEnd.Usual)
        {
            // Also where nobody waits for an answer: what a function leaves running may be what was too much.
            _platform.Ended(victim, $"[roost] worker {worker.Id} was ended, because it used {(end == WorkerEnd.OutOfMemory ? $"more than {_definition.MemoryMebibytes} MB of memory" : "too many processes")}");
        }

        if (victim is not null)
        {
            var error = worker.InitError ?? FunctionErrors.Exited(victim.RequestId, exitCode, end);
            Fail(worker, victim, outcome, error, line: ErrorType.MessageOf(error));
        }

        LogWorkerEnded(_definition.Name, worker.Id, exitCode);
        lock (_gate)
        {
            TellIfDrained();
        }

        if (again)
        {
            _backoff.WhenOver(EnsureWorkers);
            EnsureWorkers();
        }
    }

    /// <summary>The process could not be started, or what keeps it has failed and ended it.</summary>
    public void OnFault(Worker worker, Exception fault)
    {
        if (fault is Win32Exception or IOException or UnauthorizedAccessException or MissingSecretException)
        {
            LogWorkerNotStarted(_definition.Name, worker.Id, fault.Message);
        }
        else
        {
            LogWorkerFailed(_definition.Name, worker.Id, fault);
        }

        lock (_gate)
        {
            worker.InitError = FunctionErrors.NotStarted("", fault.Message);
            worker.IsFaultOfMachine = !worker.Ready; // a worker that was ready may have begun with its event
        }

        OnExit(worker, exitCode: 0, WorkerEnd.Usual);
    }

    /// <summary>The worker's time is over: for its start, or for what it runs.</summary>
    private void OnTimer(Worker worker)
    {
        Invocation? victim;
        lock (_gate)
        {
            if (worker.Dead || worker.Answered)
            {
                return;
            }

            if (!worker.Ready)
            {
                worker.InitTimedOut = worker.InitError is null;
                worker.InitError ??= FunctionErrors.InitTimedOut("", _initTimeout);
                victim = null;
            }
            else if (worker.Current is null)
            {
                return; // a timer of the invocation before, which lost the race against its answer
            }
            else if (_definition.Timeout - _clock.GetElapsedTime(worker.Current.StartedAt) is var left && left > TimeSpan.Zero)
            {
                // The same race, or a timer that is early. By time passed, not by the clock on the wall, which may be set at any moment.
                worker.Timer!.Change(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left, Timeout.InfiniteTimeSpan);
                return;
            }
            else
            {
                victim = worker.Current;
                worker.Current = null;
                worker.Dead = true;
            }
        }

        _starter.PeakMemory(worker); // while there is somebody to ask
        worker.Kill();
        if (victim is not null)
        {
            var time = _clock.GetUtcNow().UtcDateTime;
            Fail(worker, victim, InvocationOutcome.TimedOut, FunctionErrors.TimedOut(victim.RequestId, _definition.Timeout), $"{time:yyyy-MM-ddTHH:mm:ss.fffZ} {victim.RequestId} Task timed out after {_definition.Timeout.TotalSeconds:0.00} seconds");
        }
    }

    private void Fail(Worker worker, Invocation victim, InvocationOutcome outcome, byte[] error, string? line)
    {
        try
        {
            WriteEnd(worker, victim, outcome, error, line);
        }
        finally
        {
            victim.IsFaultOfMachine = worker.IsFaultOfMachine;
            victim.Complete(error, FunctionErrors.Unhandled, _definition.Version);
            lock (_gate)
            {
                TellIfDrained();
            }
        }
    }

    private void GiveUpStart(Worker worker)
    {
        lock (_gate)
        {
            EndStart(worker);
        }
    }

    private void EndStart(Worker worker)
    {
        if (worker.HoldsStart)
        {
            worker.HoldsStart = false;
            worker.StartTimer!.Dispose();
            _admission.Started(this);
        }
    }

    private void MakeAvailable(Worker worker)
    {
        worker.IdleSince = _clock.GetTimestamp();
        if (_workers.Count > _pinned && _admission.MustYield(this))
        {
            worker.Dead = true;
            ThreadPool.UnsafeQueueUserWorkItem(static worker => worker.Kill(), worker, preferLocal: false);
        }
        else if (TakeFirstWaiting() is { } invocation)
        {
            Assign(worker, invocation); // not parked now: it finds the invocation when it asks
        }
        else
        {
            _available.Add(worker);
            if (!_sweeping && !_stopping && _workers.Count > _pinned)
            {
                _sweeping = true;
                _sweep.Change(_sweepPeriod, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private Invocation? TakeFirstWaiting() => _waiting.TryTake(out var first) ? first : null;
}
