using System.Text;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Presence;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>
/// <c>$aws/events/...</c>: who comes, goes, subscribes and unsubscribes. At QoS 1, so that whoever keeps a session or routes them to a
/// function misses none; nothing is made while nobody subscribes to them.
/// </summary>
internal sealed partial class BrokerCore
{
    private long _lastConnectionNumber;

    private bool HasPresenceReaders => _router.HasBelow("$aws"u8, "events"u8);

    /// <summary>Numbers rise with every connection, also over a restart: subscribers tell the order of events by them.</summary>
    private void NumberConnection(Connection connection)
    {
        connection.ConnectedAt = _clock.UtcNow;
        connection.Number = _lastConnectionNumber = Math.Max(_lastConnectionNumber + 1, connection.ConnectedAt.ToUnixTimeMilliseconds());
    }

    private void AnnounceConnected(Connection connection, Session session)
    {
        if (HasPresenceReaders && PresenceEvent.TryGetTopic("presence/connected", session.ClientIdentifier, out var topic))
        {
            Announce(topic, PresenceEvent.Connected(connection, session.ClientIdentifier, _clock.UtcNow));
        }
    }

    private void AnnounceDisconnected(Connection connection, Session session, ReasonCode reasonCode)
    {
        if (HasPresenceReaders && PresenceEvent.TryGetTopic("presence/disconnected", session.ClientIdentifier, out var topic))
        {
            Announce(topic, PresenceEvent.Disconnected(connection, session.ClientIdentifier, _clock.UtcNow, reasonCode));
        }
    }

    private void AnnounceSubscribed(Connection connection, SubscribePacket subscribe, ReasonCode[] answers)
    {
        if (HasPresenceReaders && connection.Session is { } session && PresenceEvent.TryGetTopic("subscriptions/subscribed", session.ClientIdentifier, out var topic))
        {
            var granted = subscribe.Subscriptions.Where((_, index) => answers[index] < ReasonCode.UnspecifiedError).Select(static request => request.Filter).ToList();
            if (granted.Count > 0)
            {
                Announce(topic, PresenceEvent.Subscriptions(connection, session.ClientIdentifier, "subscribed", _clock.UtcNow, granted));
            }
        }
    }

    private void AnnounceUnsubscribed(Connection connection, UnsubscribePacket unsubscribe, ReasonCode[] answers)
    {
        if (HasPresenceReaders && connection.Session is { } session && PresenceEvent.TryGetTopic("subscriptions/unsubscribed", session.ClientIdentifier, out var topic))
        {
            var removed = unsubscribe.Filters.Where((_, index) => answers[index] == ReasonCode.Success).ToList();
            if (removed.Count > 0)
            {
                Announce(topic, PresenceEvent.Subscriptions(connection, session.ClientIdentifier, "unsubscribed", _clock.UtcNow, removed));
            }
        }
    }

    /// <summary>The receivers are sessions and readers; none of them does anything for it that would be an event itself.</summary>
    private void Announce(TopicName topic, byte[] payload)
    {
        var route = _router.Find(Encoding.UTF8.GetBytes(topic.Value));
        if (route is { IsAddressable: true, HasReceivers: true })
        {
            var publication = new Publication { Route = route, Payload = payload, QualityOfService = QualityOfService.AtLeastOnce };
            PendingAcknowledgement? pending = null; // nobody waits
            Route(ref publication, ref pending, messageProperties: null);
        }
    }
}
