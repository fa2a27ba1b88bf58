using Roost.Mqtt.Transport;

namespace Roost.Mqtt.Loop;

/// <summary>
/// The one thread that owns all of the broker's state. Each turn: wait for sockets, post or a deadline; read and route everything that is
/// there; open the post; fire what is due; then finish the turn, which flushes each connection that has output once.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private readonly WakeSignal _wakeSignal;
    private volatile bool _stopping;

    public EventLoop(TimeProvider time)
    {
        Clock = new LoopClock(time);
        _wakeSignal = new WakeSignal(Epoll);
        Mailbox = new Mailbox(_wakeSignal.Set);
    }

    public Epoll Epoll { get; } = new();

    public TimerHeap Timers { get; } = new();

    public Mailbox Mailbox { get; }

    public LoopClock Clock { get; }

    /// <summary>The loop's thread calls this at the end of each turn.</summary>
    public Action EndOfTurn { get; set; } = static () => { };

    /// <summary>Runs turns until <see cref="Stop"/>.</summary>
    public void Run()
    {
        while (!_stopping)
        {
            var count = Epoll.Wait(Mailbox.PrepareToSleep() ? MillisecondsToWait() : 0);
            Mailbox.AwokeAgain();
            Clock.Update();
            Epoll.DeliverRecalled();
            for (var i = 0; i < count; i++)
            {
                Epoll.Deliver(i);
            }

            Mailbox.Drain();
            Timers.Fire(Clock.Now);
            EndOfTurn();
        }
    }

    /// <summary>Any thread: the turn that runs is the last.</summary>
    public void Stop()
    {
        _stopping = true;
        _wakeSignal.Set();
    }

    public void Dispose()
    {
        _wakeSignal.Dispose();
        Epoll.Dispose();
    }

    private int MillisecondsToWait()
    {
        var due = Timers.NextDue;
        return due == long.MaxValue ? -1 : (int)Math.Clamp(due - Clock.Update(), 0, int.MaxValue);
    }
}
