using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda;

/// <summary>Ends what goes round: a function that publishes to its own trigger, or functions that invoke each other.</summary>
public sealed partial class FunctionHost
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, long> _loopsWarned = new(StringComparer.Ordinal);

    /// <exception cref="FunctionLoopException">The event has passed too many functions.</exception>
    private void DemandEnd(string name, string? trace)
    {
        if (!FunctionTrace.MayRun(trace))
        {
            EndLoop(name);
            throw new FunctionLoopException(name);
        }
    }

    /// <summary>The message is dropped, counted and acknowledged: sent again it would come to the same.</summary>
    private void EndLoop(string name)
    {
        _metrics.LoopStopped(name);
        var now = _clock.GetTimestamp();
        if (!_loopsWarned.TryGetValue(name, out var last) ? _loopsWarned.TryAdd(name, now) : _clock.GetElapsedTime(last, now) > s_quiet && _loopsWarned.TryUpdate(name, now, last))
        {
            LogLoop(name, FunctionTrace.MaxPasses);
        }
    }
}
