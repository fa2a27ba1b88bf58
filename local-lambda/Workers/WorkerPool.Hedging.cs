using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Workers;

/// <summary>
/// A second start beside one that takes longer than usual. A worker that is late is not counted on for the invocation that waits, once for each invocation.
/// Workers and invocations are not paired: whichever worker is ready first takes whoever waits first.
/// </summary>
internal sealed partial class WorkerPool
{
    /// <summary>A function that runs one invocation at a time may start a second worker too; it never runs on both.</summary>
    private const int FewestForHedge = 2;

    private bool IsHedged => _definition.Start == StartMode.Hedged;

    /// <returns>The invocation that a second start would be for; null for none.</returns>
    private Invocation? WaitsForLateWorker()
    {
        if (!IsHedged || _stopping || _starting == 0 || _waiting.Count == 0)
        {
            return null;
        }

        var late = _workers.Count(static worker => worker is { Ready: false, Dead: false, IsLate: true });
        return _waiting.Count > _starting - late ? _waiting.All.FirstOrDefault(static invocation => !invocation.IsHedged) : null;
    }

    private void ExpectSoon(Worker worker)
    {
        if (IsHedged)
        {
            worker.Usual = worker.Assignment is null ? _usualStart : _usualStartOfSpare;
            worker.LateTimer = _clock.CreateTimer(static state => ((Worker)state!).Pool.OnLate((Worker)state), worker, worker.Usual.Duration, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnLate(Worker worker)
    {
        lock (_gate)
        {
            if (worker.Ready || worker.Dead)
            {
                return;
            }

            worker.IsLate = true;
        }

        EnsureWorkers();
    }

    /// <summary>The worker is ready, or will never be.</summary>
    private void EndStarting(Worker worker)
    {
        _starting--;
        worker.LateTimer?.Dispose();
        EndStart(worker);
    }

    /// <summary>One worker is ready. Where there are more than may run, those that still start are the second ones, or have them.</summary>
    private void EndSuperseded()
    {
        foreach (var worker in _workers.Where(static worker => worker is { Ready: false, Dead: false }).ToList())
        {
            if (_workers.Count(static worker => !worker.Dead) <= _definition.MaxConcurrency)
            {
                return;
            }

            worker.Dead = true;
            worker.Usual?.Add(_clock.GetElapsedTime(worker.StartedAt)); // at least so long: else only the fast ones would count
            EndStarting(worker);
            ThreadPool.UnsafeQueueUserWorkItem(static worker => worker.Kill(), worker, preferLocal: false);
        }
    }

    /// <returns>The invocation that fails with a start; null where as many others are under way as invocations wait.</returns>
    private Invocation? TakeVictimOfStart() => IsHedged && _waiting.Count <= _starting ? null : TakeFirstWaiting();
}
