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
        if (_sessions.Count + _retained.Count > 0)
        {
            Log.Restored(_logger, _sessions.Count, _router.SubscriptionCount, _retained.Count, _sessions.Values.Sum(static session => (long)session.Outbound.Count));
        }
    }

    void IRestoredState.RestoreSession(Session session, TimeSpan sinceDisconnect)
    {
        session.Limits = Limits; // those of its listener come with its client
        _sessions.Add(session.ClientIdentifier, session);
        var left = TimeSpan.FromSeconds(session.ExpirySeconds) - sinceDisconnect;
        var timer = session.Timer = new SessionTimer(this, session);
        timer.ExpiresAt = _clock.Now + (long)Math.Max(left.TotalMilliseconds, 0);
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
        ArmExpiry(message); // one that expired meanwhile goes in the first turn
    }
}
