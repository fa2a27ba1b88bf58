using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Core;

/// <summary>Brings what a hook answers to the loop: at once when it is there at once, by the mailbox otherwise.</summary>
internal sealed class HookAnswer<T>(Mailbox mailbox, Action<T> onAnswer, Action<Exception> onFault) : Letter
    where T : class
{
    private Task<T>? _answer; // as a task: it is looked at more than once

    /// <returns>False: the answer will come later.</returns>
    public bool TryAsk(Func<ValueTask<T>> ask)
    {
        try
        {
            _answer = ask().AsTask();
        }
        catch (Exception exception) // the outer edge of another room's code
        {
            _answer = Task.FromException<T>(exception);
        }

        if (_answer.IsCompleted)
        {
            Open();
            return true;
        }

        _answer.GetAwaiter().UnsafeOnCompleted(() => mailbox.Post(this));
        return false;
    }

    public override void Open()
    {
        T? answer = null;
        Exception? fault = null;
        try
        {
            answer = _answer!.GetAwaiter().GetResult();
        }
        catch (Exception exception) // see above
        {
            fault = exception;
        }

        if (answer is not null)
        {
            onAnswer(answer);
        }
        else
        {
            onFault(fault ?? new InvalidOperationException("The answer was null."));
        }
    }

    public override void Refuse()
    {
        // The loop has ended, and with it the connection that waited.
    }
}
