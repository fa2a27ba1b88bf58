using Roost.Mqtt.Journal;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>What the last process left.</summary>
internal sealed partial class BrokerCore : IRestoredState
{
    /// <summary>Once, before the loop runs.</summary>
    public void Restore()
    {
        _journal.Restore(this);
        RestoreRetainedDue();
        foreach (var group in _router.ShareGroups.ToArray())
        {
            OnMembersChanged(group);
            if (group.Members.Count == 0)
            {
                EndShare(group);
            }
        }

        if (_sessions.Count + _retained.Count > 0)
        {
            Log.Restored(_logger, _sessions.Count, _router.SubscriptionCount, _retained.Count, _sessions.Values.Sum(static session => (long)session.Outbound.Count));
        }
    }

    void IRestoredState.RestoreSession(Session session, TimeSpan? sinceDisconnect)
    {
        session.IsStranger = session.Identity is null && !ShareGroup.IsBacklog(session); // a backlog is what its members are
        var away = (long)(sinceDisconnect ?? TimeSpan.Zero).TotalMilliseconds;
        for (var sequence = session.Outbound.Head; sequence < session.Outbound.Tail; sequence++)
        {
            if (session.Outbound[sequence].Message is { } message)
            {
                Hold(message, session.IsStranger);
            }
        }

        if (ShareGroup.IsBacklog(session))
        {
            session.Limits = Limits;
            _router.FindOrAddGroup(ShareGroup.NameOf(session)).Backlog = session;
            return;
        }

        session.Limits = Limits; // those of its listener come with its client
        AddSession(session);
        session.IsAwaited = sinceDisconnect is null;
        session.LeftAt = sinceDisconnect is null ? null : _clock.Now - away;
        AwaitReturn(session, away);
    }

    /// <summary>It is the broker that went away.</summary>
    /// <param name="away">Milliseconds for which the client had been away before that, as far as is known.</param>
    private void AwaitReturn(Session session, long away)
    {
        var timer = session.Timer ??= new SessionTimer(this, session);
        timer.ExpiresAt = _clock.Now + Math.Max((session.ExpirySeconds * 1000L) - away, 0);
        if (session.Will is { } will)
        {
            // The client could not come back while the broker was away: it gets the time to do so now.
            timer.WillDueAt = _clock.Now + Math.Max((will.DelaySeconds * 1000L) - away, will.PatienceMilliseconds);
            timer.ExpiresAt = session.IsDurable ? timer.ExpiresAt : timer.WillDueAt;
        }

        Arm(timer);
    }

    void IRestoredState.RestoreSubscription(Subscription subscription)
    {
        subscription.Session!.Subscriptions[subscription.Name] = subscription;
        _router.Add(subscription);
        NoteStatusSubscription(subscription);
    }

    void IRestoredState.RestoreRetained(StoredMessage message)
    {
        _retained.Set(message);
        Hold(message, message.Retention!.IsStrangers);
        ArmExpiry(message); // one that expired meanwhile goes in the first turn
    }
}
