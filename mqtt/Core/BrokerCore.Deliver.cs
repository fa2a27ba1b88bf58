using System.Runtime.InteropServices;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Messages on their way to sessions: at once where nothing stands in the way, by the session's queue otherwise.</summary>
internal sealed partial class BrokerCore
{
    private readonly List<Session> _held = []; // of the publication that is routed: their QoS 2 message waits for the journal
    private byte[] _forwardScratch = new byte[1024];

    private void Deliver(ref Publication publication, in Receiver receiver, bool isShared)
    {
        var session = receiver.Session;
        var quality = (QualityOfService)Math.Min((byte)publication.QualityOfService, (byte)receiver.MaximumQualityOfService);
        var retain = publication.Retain && receiver.RetainAsPublished;
        var isBehindRetained = session.RetainedDue is not null && FeedRetainedFirst(session, publication.Route.Topic);
        if (quality == QualityOfService.AtMostOnce)
        {
            if (isBehindRetained && session.Connection is not null)
            {
                Enqueue(ref publication, receiver, quality, retain);
            }
            else if (session.Connection is { } connection)
            {
                DeliverAtMostOnce(ref publication, receiver, connection, retain, isShared);
            }
            else
            {
                Drop(DropReason.ClientAway, session, publication.Route.Topic);
            }

            return;
        }

        // A QoS 2 message to a durable session goes out when the journal has it: its identifier must not come back for another message.
        var mustBeHeld = quality == QualityOfService.ExactlyOnce && session.IsDurable;
        if (session.CanSendNow && !mustBeHeld)
        {
            SendNow(ref publication, receiver, quality, retain, isShared);
        }
        else if (session.KeepsMessages)
        {
            Enqueue(ref publication, receiver, quality, retain);
        }
    }

    /// <summary>At QoS 0, whatever was asked for: what is for one connection alone is never written down, and nobody gets it later.</summary>
    private void DeliverOnlyTo(ConnectedClient client, ref Publication publication)
    {
        foreach (ref readonly var receiver in publication.Route.Receivers.AsSpan())
        {
            if (receiver.Session.Connection is { } connection && ReferenceEquals(connection.Client, client))
            {
                DeliverAtMostOnce(ref publication, receiver, connection, retain: false, isShared: false);
            }
        }
    }

    private void DeliverAtMostOnce(ref Publication publication, in Receiver receiver, Connection connection, bool retain, bool isShared)
    {
        if (connection.IsCongested)
        {
            Drop(DropReason.SlowReader, receiver.Session, publication.Route.Topic);
            return;
        }

        publication.HasReceiver |= Write(publication, receiver, connection, QualityOfService.AtMostOnce, packetIdentifier: 0, retain, isShared);
    }

    private void SendNow(ref Publication publication, in Receiver receiver, QualityOfService quality, bool retain, bool isShared)
    {
        var session = receiver.Session;
        var queue = session.Outbound;
        if (session.IsDurable && !HasRoom(ref publication, session, queue.WaitingCount))
        {
            return;
        }

        var stored = session.IsDurable ? Store(ref publication) : null;
        var sequence = Append(session, stored, receiver, quality, retain);
        queue.MarkSent();
        if (Write(publication, receiver, session.Connection!, quality, OutboundQueue.PacketIdentifierOf(sequence), retain, isShared))
        {
            publication.HasReceiver = true;
        }
        else
        {
            Finish(session, sequence);
        }

        if (stored is not null)
        {
            NotePressure(publication, session, share: null); // what is in flight counts by its bytes
        }
    }

    private void Enqueue(ref Publication publication, in Receiver receiver, QualityOfService quality, bool retain)
    {
        var session = receiver.Session;
        if (!HasRoom(ref publication, session, session.Outbound.WaitingCount))
        {
            return;
        }

        Append(session, Store(ref publication), receiver, quality, retain);
        NotePressure(publication, session, share: null);
        if (quality == QualityOfService.ExactlyOnce && session.Connection is not null)
        {
            _held.Add(session);
        }
    }

    private long Append(Session session, StoredMessage? stored, in Receiver receiver, QualityOfService quality, bool retain)
    {
        var isTarget = stored is not null && session.IsDurable && quality != QualityOfService.AtMostOnce;
        if (stored is not null)
        {
            Hold(stored, session.IsStranger);
        }

        var entry = new OutboundQueue.Entry
        {
            Message = stored,
            QualityOfService = quality,
            Flags = (retain ? OutboundQueue.EntryFlags.Retain : OutboundQueue.EntryFlags.None)
                | (isTarget ? OutboundQueue.EntryFlags.IsTarget : OutboundQueue.EntryFlags.None),
        };
        var sequence = session.Outbound.Add(entry, receiver.SubscriptionIdentifiers.Length == 0 ? null : receiver.SubscriptionIdentifiers);
        if (isTarget)
        {
            stored!.AddTarget(session, sequence);
        }

        return sequence;
    }

    /// <returns>False: too large for the client [MQTT-3.1.2-25].</returns>
    private bool Write(
        in Publication publication, in Receiver receiver, Connection connection, QualityOfService quality, ushort packetIdentifier, bool retain, bool isShared)
    {
        var isKnown = false;
        var alias = connection.OutboundAliases is { } aliases ? aliases.Find(publication.Route.Topic, out isKnown) : (ushort)0;
        if (isShared && receiver.SubscriptionIdentifiers.Length == 0 && (alias == 0 || isKnown))
        {
            var properties = ForwardedProperties(connection.Version, publication.Properties, publication.ExpirySeconds, []);
            ref readonly var encoded = ref _fanOut.Get(publication, properties, connection.Version, quality, isKnown);
            if (!Fits(connection, receiver.Session, publication.Route.Topic, encoded.Length))
            {
                return false;
            }

            encoded.CopyTo(connection.Extend(encoded.Length), packetIdentifier, duplicate: false, retain, alias);
            CountDelivered(publication.Payload.Length);
            return true;
        }

        var fields = new PublishFields
        {
            Topic = publication.Route.Topic,
            Payload = publication.Payload,
            Properties = ForwardedProperties(connection.Version, publication.Properties, publication.ExpirySeconds, receiver.SubscriptionIdentifiers),
            PacketIdentifier = packetIdentifier,
            QualityOfService = quality,
            Retain = retain,
        };
        return Write(connection, receiver.Session, fields, publication.Route.Topic, alias, isKnown);
    }

    /// <param name="alias">For the topic towards this client; 0: none.</param>
    /// <param name="isKnown">The client has been told what the alias stands for.</param>
    private bool Write(Connection connection, Session session, in PublishFields fields, byte[] topic, ushort alias, bool isKnown)
    {
        if (alias != 0)
        {
            var aliased = fields with { Topic = isKnown ? default : fields.Topic, TopicAlias = alias };
            if (PublishEncoder.GetSize(aliased, connection.Version) <= connection.MaximumPacketSize)
            {
                if (!isKnown)
                {
                    connection.OutboundAliases!.Set(topic);
                }

                return Write(connection, session, aliased);
            }
        }

        return Write(connection, session, fields);
    }

    private bool Write(Connection connection, Session session, in PublishFields fields)
    {
        var size = PublishEncoder.GetSize(fields, connection.Version);
        if (!Fits(connection, session, fields.Topic, size))
        {
            return false;
        }

        PublishEncoder.Write(connection.Extend(size), fields, connection.Version);
        CountDelivered(fields.Payload.Length);
        return true;
    }

    private void CountDelivered(int payloadBytes)
    {
        Counters.MessagesDelivered++;
        Counters.PayloadBytesDelivered += payloadBytes;
    }

    private bool Fits(Connection connection, Session session, ReadOnlySpan<byte> topic, int size)
    {
        if (size <= connection.MaximumPacketSize)
        {
            return true;
        }

        Drop(DropReason.TooLarge, session, topic);
        return false;
    }

    /// <summary>In 3.1.1 they are not looked at. Valid until the next call.</summary>
    private ReadOnlySpan<byte> ForwardedProperties(
        MqttProtocolVersion version, ReadOnlySpan<byte> properties, uint? expirySeconds, ReadOnlySpan<int> subscriptionIdentifiers)
    {
        if (version == MqttProtocolVersion.V311 || (expirySeconds is null && subscriptionIdentifiers.IsEmpty))
        {
            return properties;
        }

        var size = PublishProperties.GetForwardedSize(properties, expirySeconds, subscriptionIdentifiers);
        if (_forwardScratch.Length < size)
        {
            _forwardScratch = new byte[size * 2];
        }

        return _forwardScratch.AsSpan(0, PublishProperties.WriteForwarded(_forwardScratch, properties, expirySeconds, subscriptionIdentifiers));
    }

    /// <summary>Sends what waits in the session's queue, as far as window and output allow.</summary>
    private void SendWaiting(Session session)
    {
        SendQueued(session);
        while (session.RetainedDue is not null && FeedRetained(session))
        {
            SendQueued(session);
        }

        if (session.Shares is { Count: > 0 } && session.CanSendNow)
        {
            TakeShared(session);
        }
    }

    private void SendQueued(Session session)
    {
        var queue = session.Outbound;
        while (queue.WaitingCount > 0 && session.Connection is { IsCongested: false } connection)
        {
            ref var item = ref queue[queue.NextToSend];
            if (item.Has(OutboundQueue.EntryFlags.Settled))
            {
                queue.Skip();
            }
            else if (item.Has(OutboundQueue.EntryFlags.Released))
            {
                ResendRelease(connection, queue, item); // whatever the Receive Maximum of this connection [MQTT-3.3.4-10]
            }
            else if (queue.Unacknowledged >= connection.ReceiveMaximum || !queue.HasFreeIdentifier)
            {
                return; // the client's next acknowledgement brings us back
            }
            else if (item.QualityOfService == QualityOfService.ExactlyOnce && TicketOf(session, item) is var ticket && ticket > _journal.DurableThrough)
            {
                WaitFor(ticket, session);
                return;
            }
            else
            {
                SendWaiting(session, connection, queue, item);
            }
        }
    }

    private void SendWaiting(Session session, Connection connection, OutboundQueue queue, in OutboundQueue.Entry item)
    {
        var sequence = queue.NextToSend;
        var message = item.Message!;
        var wasSent = item.Has(OutboundQueue.EntryFlags.WasSent);
        if (!wasSent && message.HasExpired(_clock.Now)) // [MQTT-3.3.2-5]
        {
            Drop(DropReason.Expired, session, message.Topic);
            Settle(session, sequence, wasInFlight: false);
            return;
        }

        if (!wasSent && !MayReceiveQueued(session, message)) // the right counts that the client has now, not that of when the message came
        {
            Drop(DropReason.RefusedByPolicy, session, message.Topic);
            Settle(session, sequence, wasInFlight: false);
            return;
        }

        var fields = new PublishFields
        {
            Topic = message.Topic,
            Payload = message.Payload,
            Properties = ForwardedProperties(connection.Version, message.Properties, message.SecondsLeft(_clock.Now), queue.IdentifiersOf(sequence)), // [MQTT-3.3.2-6]
            PacketIdentifier = OutboundQueue.PacketIdentifierOf(sequence),
            QualityOfService = item.QualityOfService,
            Duplicate = wasSent, // [MQTT-3.3.1-1]
            Retain = item.Has(OutboundQueue.EntryFlags.Retain),
        };
        var isAcknowledged = item.QualityOfService != QualityOfService.AtMostOnce;
        var isKnown = false;
        var alias = connection.OutboundAliases is { } aliases ? aliases.Find(message.Topic, out isKnown) : (ushort)0;
        if (Write(connection, session, fields, message.Topic, alias, isKnown) && isAcknowledged)
        {
            queue.MarkSent();
        }
        else
        {
            Settle(session, sequence, wasInFlight: false); // too large for the client, or QoS 0 and done
        }
    }

    private void Settle(Session session, long sequence, bool wasInFlight)
    {
        ref var entry = ref session.Outbound[sequence];
        var message = entry.Has(OutboundQueue.EntryFlags.IsTarget) ? entry.Message : null;
        if (entry.Message is { } held)
        {
            LetGo(held, session.IsStranger);
        }

        var isLeased = entry.Has(OutboundQueue.EntryFlags.Leased);
        session.Outbound.Settle(sequence, wasInFlight);
        if (isLeased && session.Leases!.Remove(sequence, out var lease) && lease.Group is { HasEnded: false } group)
        {
            Settle(group.Backlog, lease.Sequence, wasInFlight: false);
        }

        if (message is not null)
        {
            NoteSettled(session, sequence);
            if (message.Settle())
            {
                _journal.Forget(message);
            }
        }
    }

    private void ReleaseHeldSessions(long ticket)
    {
        if (_held.Count == 0)
        {
            return;
        }

        foreach (var session in CollectionsMarshal.AsSpan(_held))
        {
            if (ticket <= _journal.DurableThrough)
            {
                SendWaiting(session);
            }
            else
            {
                WaitFor(ticket, session);
            }
        }

        _held.Clear();
    }
}
