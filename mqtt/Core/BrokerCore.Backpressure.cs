using Roost.Mqtt.Connections;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>
/// Publishers are slowed before anything is dropped for a client that is here: nothing is read from those whose message found its queue
/// past the mark, until it has drained or the patience is over. See ADR 0092.
/// </summary>
internal sealed partial class BrokerCore
{
    private readonly List<QueuePressure> _pressed = []; // whose patience is not over

    /// <summary>The queue has been out of patience for the first time in its episode.</summary>
    public void OnPatienceOver(QueuePressure pressure)
    {
        if (_queueLines.TryTake(_clock.Now))
        {
            Log.ReceiverGivenUp(_logger, LogText.Of(pressure.Share?.Name ?? pressure.Session.ClientIdentifier), pressure.Held.Count, Limits.Backpressure.TotalSeconds);
        }

        pressure.IsGivenUp = true;
        _pressed.Remove(pressure);
        LetPublishersGo(pressure);
    }

    /// <summary>A message has been added to the queue of <paramref name="session"/>, which is the backlog of <paramref name="share"/> where that is not null.</summary>
    private void NotePressure(in Publication publication, Session session, ShareGroup? share)
    {
        if (session.Pressure is { IsGivenUp: true, IsOver: true })
        {
            session.Pressure = null;
        }

        if (QueuePressure.IsPastMark(session, share) && Limits.Backpressure > TimeSpan.Zero && QueuePressure.IsAttendedBy(session, share))
        {
            // Its acknowledgements, which alone drain the queue, are behind what it publishes.
            if (session.Connection is { AwaitedReceivers: > 0 } receiver)
            {
                Excuse(receiver);
            }

            if (publication.Publisher?.Connection is { } publisher)
            {
                Press(publisher, session, share);
            }
        }
    }

    private void Press(Connection publisher, Session session, ShareGroup? share)
    {
        var pressure = session.Pressure;
        if (pressure is null)
        {
            session.Pressure = pressure = new QueuePressure(this, session, share);
            Timers.Set(pressure, _clock.Now + (long)Limits.Backpressure.TotalMilliseconds);
            _pressed.Add(pressure);
        }

        // One publication reaches a queue once or, by a share, twice in a row; another one cannot come from who is held.
        if (pressure.IsGivenUp || IsReceiverItself(publisher.Session!, share) || (pressure.Held.Count > 0 && ReferenceEquals(pressure.Held[^1], publisher)))
        {
            return;
        }

        pressure.Held.Add(publisher);
        if (publisher.AwaitedReceivers++ == 0)
        {
            Counters.PublishersHeld++;
            publisher.Pause(PauseReasons.Receiver);
        }
    }

    /// <summary>A client whose own queue has to drain, or who is to drain this one, is heard: so nobody waits for somebody who waits.</summary>
    private static bool IsReceiverItself(Session publisher, ShareGroup? share) =>
        QueuePressure.IsPastMark(publisher, share: null) || (share is not null && publisher.Shares?.Contains(share) == true);

    private void Excuse(Connection connection)
    {
        foreach (var pressure in _pressed)
        {
            pressure.Held.RemoveAll(held => ReferenceEquals(held, connection));
        }

        connection.AwaitedReceivers = 0;
        connection.Resume(PauseReasons.Receiver);
    }

    /// <summary>The end of a turn: queues that have drained, and those whose clients have gone.</summary>
    private void EndPressure()
    {
        for (var i = _pressed.Count - 1; i >= 0; i--)
        {
            var pressure = _pressed[i];
            var isAttended = pressure.IsAttended;
            if (isAttended && !pressure.IsOver)
            {
                continue;
            }

            _pressed.RemoveAt(i);
            Timers.Cancel(pressure);
            if (isAttended)
            {
                pressure.Session.Pressure = null;
            }
            else
            {
                pressure.IsGivenUp = true; // a client that comes and goes holds nobody twice for one full queue
            }

            LetPublishersGo(pressure);
        }
    }

    private static void LetPublishersGo(QueuePressure pressure)
    {
        foreach (var publisher in pressure.Held)
        {
            if (--publisher.AwaitedReceivers == 0)
            {
                publisher.Resume(PauseReasons.Receiver);
            }
        }

        pressure.Held.Clear();
    }
}
