using System.Threading.Tasks.Sources;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Core;

/// <summary>Something from within the process that is done when the journal has it: its way to the loop and back.</summary>
internal abstract class LocalRequest : Letter, IValueTaskSource
{
    // The loop must not run its callers' continuations.
    private ManualResetValueTaskSourceCore<bool> _completion = new() { RunContinuationsAsynchronously = true };

    private int _isRefused;

    public ValueTask Completion => new(this, _completion.Version);

    public void Succeed() => _completion.SetResult(true);

    public void Fail(Exception exception) => _completion.SetException(exception);

    /// <summary>Also when it was opened, and what it waits for has not come by the end of the loop.</summary>
    public override void Refuse()
    {
        if (Interlocked.Exchange(ref _isRefused, 1) == 0) // it may wait for several
        {
            Fail(LoopHasEnded());
        }
    }

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
