namespace Roost.Mqtt.Loop;

/// <summary>Runs a function on the loop and completes a task with its result. For rare requests: it allocates.</summary>
internal sealed class ActionLetter<T>(Func<T> work) : Letter
{
    // The loop must not run its callers' continuations.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Done => _done.Task;

    public override void Open()
    {
        try
        {
            _done.SetResult(work());
        }
        catch (Exception exception) // the outer edge of somebody else's request: it is theirs to see
        {
            _done.SetException(exception);
        }
    }

    public override void Refuse() => _done.SetException(LoopHasEnded());
}
