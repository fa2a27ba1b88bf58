using System.Runtime.CompilerServices;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Core;

/// <summary>Brings the end of a reader's work back to the loop by the mailbox. Reused, so that waiting costs no allocation.</summary>
internal sealed class ReaderCompletion : Letter
{
    private readonly BrokerCore _core;
    private readonly Action _onCompleted;
    private ValueTaskAwaiter _awaiter;
    private PendingAcknowledgement? _pending;

    public ReaderCompletion(BrokerCore core, Mailbox mailbox)
    {
        _core = core;
        _onCompleted = () => mailbox.Post(this);
    }

    /// <param name="pending">Null: nobody waits, and only a failure is reported.</param>
    public void Await(ValueTask handling, PendingAcknowledgement? pending)
    {
        _pending = pending;
        _awaiter = handling.GetAwaiter();
        _awaiter.UnsafeOnCompleted(_onCompleted);
    }

    public override void Open()
    {
        var (awaiter, pending) = (_awaiter, _pending);
        _awaiter = default;
        _pending = null;
        Exception? fault = null;
        try
        {
            awaiter.GetResult();
        }
        catch (Exception exception) // another room's failure: it goes to the publisher, and to the log
        {
            fault = exception;
        }

        _core.OnReaderDone(this, pending, fault);
    }

    public override void Refuse() => _pending?.Publication?.Refuse();
}
