using Roost.Mqtt.Connections;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>PUBLISH from clients and from within the process (section 3.3): found its receivers, handed on, acknowledged.</summary>
internal sealed partial class BrokerCore
{
    private const int MaxAliasedTopicBytes = 64 * 1024; // of one connection: 64 topics of 1 KiB, or the longest there is

    private const int MaxRememberedTopicBytes = 1024; // of each connection's last topic, which stays in memory for as long as it is there

    private byte[] _propertyScratch = new byte[1024];

    /// <summary>A publication from within the process. The loop completes <paramref name="local"/> once all who keep the message have it.</summary>
    public void Publish(LocalPublication local)
    {
        PendingAcknowledgement? pending = null;
        if (ReservedTopics.AreTheBrokers(local.Message.Topic))
        {
            local.Fail(new MqttPublishRefusedException($"On {local.Message.Topic} only the gateway itself publishes.") { ReasonCode = ReasonCode.TopicNameInvalid });
        }
        else if (!PublishOwn(local.Message, publisher: null, ref pending))
        {
            local.Fail(new MqttPublishRefusedException($"The topic has more than {TopicLevels.Max} levels.") { ReasonCode = ReasonCode.TopicNameInvalid });
        }
        else if (pending is null)
        {
            local.Succeed();
        }
        else
        {
            pending.Publication = local;
        }
    }

    private void OnPublish(Connection connection, in PacketFrame frame)
    {
        if (!PublishView.TryRead(frame, connection.Version, PacketSender.Client, out var publish, out var fault))
        {
            Refuse(connection, fault);
            return;
        }

        Counters.MessagesReceived++;
        Counters.PayloadBytesReceived += publish.Payload.Length;
        var session = connection.Session!;
        ChargePublish(connection, session, frame.TotalBytes);
        if (!IsOffered(connection, publish) || !TryFindRoute(connection, publish, out var route) || !TryTake(connection, session, publish))
        {
            return;
        }

        var properties = publish.Properties;
        if (!publish.PropertiesAreForwardable)
        {
            properties = WithoutHopProperties(properties);
        }

        var publication = new Publication
        {
            Route = route,
            Payload = publish.Payload,
            Properties = properties,
            ExpirySeconds = publish.MessageExpirySeconds,
            QualityOfService = publish.QualityOfService,
            Retain = publish.Retain,
            Publisher = session,
            PacketIdentifier = publish.PacketIdentifier,
        };
        PendingAcknowledgement? pending = null;
        if (FindRefusal(connection, route, publish) is var refusal && refusal != ReasonCode.Success)
        {
            RefusePublish(ref publication, refusal, DropReason.RefusedByPolicy);
        }
        else
        {
            Route(ref publication, ref pending, messageProperties: null);
        }

        if (publish.QualityOfService != QualityOfService.AtMostOnce)
        {
            Acknowledge(connection, publication, pending);
        }
        else if (refusal == ReasonCode.PayloadFormatInvalid)
        {
            Refuse(connection, new PacketFault(refusal, "the payload is not the UTF-8 that it is said to be")); // section 3.3.2.3.2
        }

        if (publication.Ticket > _journal.DurableThrough && _journal.IsBehind)
        {
            HoldPublisher(connection); // it adds to what waits; others are not made to wait for a slow disk that they do not need
        }
    }

    /// <summary>
    /// The message goes nowhere. An MQTT 5 publisher is told in its acknowledgement; at QoS 0 and in 3.1.1, whose acknowledgements
    /// have no reason, it is not [MQTT-3.3.5-2].
    /// </summary>
    private void RefusePublish(ref Publication publication, ReasonCode reasonCode, DropReason reason)
    {
        publication.Refusal = reasonCode;
        Drop(reason, publication.Publisher, publication.Route.Topic);
    }

    private bool TryFindRoute(Connection connection, in PublishView publish, out TopicRoute route)
    {
        if (publish.TopicAlias != 0)
        {
            return TryFindAliasedRoute(connection, publish, out route);
        }

        route = _router.Find(publish.Topic, connection.LastRoute);
        connection.LastRoute = route.Topic.Length <= MaxRememberedTopicBytes ? route : null;
        return IsAddressable(connection, route);
    }

    private bool TryFindAliasedRoute(Connection connection, in PublishView publish, out TopicRoute route)
    {
        route = null!;
        if (publish.TopicAlias > connection.Listener.Limits.TopicAliasMax)
        {
            Refuse(connection, new PacketFault(ReasonCode.TopicAliasInvalid, "the Topic Alias is above the announced maximum")); // [MQTT-3.3.2-9]
            return false;
        }

        var aliases = connection.TopicAliases ??= new TopicRoute?[connection.Listener.Limits.TopicAliasMax + 1];
        ref var alias = ref aliases[publish.TopicAlias];
        if (!publish.Topic.IsEmpty)
        {
            var before = alias?.Topic.Length ?? 0;
            alias = _router.Find(publish.Topic);
            connection.AliasedTopicBytes += alias.Topic.Length - before;
            if (connection.AliasedTopicBytes > MaxAliasedTopicBytes)
            {
                Refuse(connection, new PacketFault(ReasonCode.QuotaExceeded, "the topics behind the Topic Aliases are too long together"));
                return false;
            }
        }
        else if (alias is null)
        {
            Refuse(connection, PacketFault.ProtocolError("the Topic Alias stands for no topic yet"));
            return false;
        }

        route = _router.Refresh(alias);
        return IsAddressable(connection, route);
    }

    private bool IsAddressable(Connection connection, TopicRoute route)
    {
        if (!route.IsAddressable)
        {
            Refuse(connection, new PacketFault(ReasonCode.TopicNameInvalid, "the topic has too many levels"));
        }

        return route.IsAddressable;
    }

    /// <summary>Receive Maximum, and QoS 2 messages that came before.</summary>
    private bool TryTake(Connection connection, Session session, in PublishView publish)
    {
        if (publish.QualityOfService == QualityOfService.AtMostOnce)
        {
            return true;
        }

        var taken = session.InboundIdentifiers;
        if (publish.QualityOfService == QualityOfService.ExactlyOnce && taken is not null && taken.TryGetValue(publish.PacketIdentifier, out var pending))
        {
            AcknowledgeAgain(connection, publish.PacketIdentifier, pending);
            return false;
        }

        // QoS 2 messages may stand in both.
        var pendingCount = connection.PendingAcknowledgements?.Count ?? 0;
        var takenCount = (taken?.Count ?? 0) - session.TakenBefore;
        if (connection.Version == MqttProtocolVersion.V500 && Math.Max(pendingCount, takenCount) >= connection.Listener.Limits.ReceiveMax)
        {
            // [MQTT-3.3.4-9] the client was told how many
            Refuse(connection, new PacketFault(ReasonCode.ReceiveMaximumExceeded, "more messages in flight than the Receive Maximum"));
            return false;
        }

        if (pendingCount >= connection.Listener.Limits.ReceiveMax)
        {
            HoldPublisher(connection); // 3.1.1 knows no limit: what was read is taken, and no more is read for now
        }

        if (publish.QualityOfService == QualityOfService.ExactlyOnce)
        {
            (session.InboundIdentifiers ??= []).Add(publish.PacketIdentifier, null);
        }

        return true;
    }

    private ReadOnlySpan<byte> WithoutHopProperties(ReadOnlySpan<byte> properties)
    {
        if (_propertyScratch.Length < properties.Length)
        {
            _propertyScratch = new byte[properties.Length * 2];
        }

        var length = PublishProperties.WriteForwarded(_propertyScratch, properties, expirySeconds: null, []);
        return _propertyScratch.AsSpan(0, length);
    }

    private void PublishOwn(MqttMessage message, Session? publisher)
    {
        PendingAcknowledgement? pending = null;
        PublishOwn(message, publisher, ref pending);
    }

    private bool PublishOwn(MqttMessage message, Session? publisher, ref PendingAcknowledgement? pending)
    {
        // Not on the stack: handlers that this calls may publish, but only through the mailbox, so the scratch is not overwritten.
        var topic = System.Text.Encoding.UTF8.GetBytes(message.Topic.Value);
        var route = _router.Find(topic);
        if (!route.IsAddressable)
        {
            return false;
        }

        var forwarded = message.Properties is { MessageExpiryInterval: not null } expiring
            ? expiring with { MessageExpiryInterval = null }
            : message.Properties;
        var counter = default(PacketWriter);
        PublishProperties.Write(ref counter, forwarded);
        var properties = counter.Position == 0 ? [] : new byte[counter.Position];
        var writer = new PacketWriter(properties);
        PublishProperties.Write(ref writer, forwarded);
        var publication = new Publication
        {
            Route = route,
            Payload = message.Payload.Span,
            Properties = properties,
            ExpirySeconds = PublishProperties.ToSeconds(message.Properties?.MessageExpiryInterval),
            QualityOfService = message.QualityOfService,
            Retain = message.Retain,
            Publisher = publisher,
            OnBehalfOf = message.OnBehalfOf,
            OnlyTo = message.OnlyTo,
        };
        Counters.MessagesReceived++;
        Counters.PayloadBytesReceived += message.Payload.Length;
        Route(ref publication, ref pending, message.Properties);
        return true;
    }

    /// <summary>Hands the message to everyone. What they still have to do before it may be acknowledged is in <paramref name="pending"/>.</summary>
    private void Route(ref Publication publication, ref PendingAcknowledgement? pending, MqttMessageProperties? messageProperties)
    {
        if (publication.OnlyTo is { } client)
        {
            DeliverOnlyTo(client, ref publication);
            return;
        }

        if (_journal.IsBroken && HasToBeKept(publication))
        {
            pending = RentPending();
            pending.Waiting = 1;
            WaitFor(ISessionJournal.FailedTicket, pending);
            return;
        }

        if (publication.Retain)
        {
            Retain(ref publication);
        }

        var route = publication.Route;
        if (route.Readers.Length > 0)
        {
            HandToReaders(publication, ref pending, messageProperties);
            publication.HasReceiver = true;
        }

        // The encodings are shared only where there is more than one receiver.
        var isShared = route.Receivers.Length + route.ShareGroups.Length > 1;
        foreach (ref readonly var receiver in route.Receivers.AsSpan())
        {
            if (!receiver.HasNoLocal || !ReferenceEquals(receiver.Session, publication.Publisher))
            {
                Deliver(ref publication, receiver, isShared);
            }
            else if (receiver.TryNarrowToOwn(out var own))
            {
                Deliver(ref publication, own, isShared);
            }
        }

        foreach (var group in route.ShareGroups)
        {
            DeliverShared(ref publication, group, isShared);
        }

        if (isShared)
        {
            _fanOut.Clear();
        }

        var ticket = publication.Ticket = Math.Max(publication.Ticket, Record(publication, pending is { WaitingReaders: > 0 }));
        if (publication.Stored is not { IsRefused: true })
        {
            foreach (var group in route.ShareGroups)
            {
                Distribute(group);
            }
        }

        ReleaseHeldSessions(ticket);
        if (ticket > _journal.DurableThrough && publication.QualityOfService != QualityOfService.AtMostOnce)
        {
            pending ??= RentPending();
            pending.Waiting++;
            pending.Message = publication.Stored;
            WaitFor(ticket, pending);
        }
    }

    /// <summary>
    /// The journal would refuse it, and its publisher would be told so and repeat it: so nobody is to have it. Wills, of which nobody can be told,
    /// are not asked about.
    /// </summary>
    private static bool HasToBeKept(in Publication publication)
    {
        if (publication.QualityOfService == QualityOfService.AtMostOnce || (publication.Publisher is not null && publication.PacketIdentifier == 0))
        {
            return false;
        }

        return publication.Retain
            || publication is { QualityOfService: QualityOfService.ExactlyOnce, Publisher.IsDurable: true }
            || Array.Exists(publication.Route.Receivers, static receiver => receiver is { Session.IsDurable: true, MaximumQualityOfService: not QualityOfService.AtMostOnce })
            || Array.Exists(publication.Route.ShareGroups, static group => group.Backlog.IsDurable);
    }

    /// <summary>Writes down what has to outlive the process.</summary>
    /// <param name="isReadersTurn">
    /// Readers still work on the message. That its QoS 2 PUBLISH is taken is written down when they are done (<see cref="OnReaderDone"/>): a
    /// crash before that makes the publisher repeat it, and sessions that have it get it again; else the readers would never get it.
    /// </param>
    private long Record(in Publication publication, bool isReadersTurn)
    {
        var isFromDurable = !isReadersTurn && publication.QualityOfService == QualityOfService.ExactlyOnce && publication.Publisher is { IsDurable: true } && publication.PacketIdentifier != 0
            && (publication.HasReceiver || publication.Refusal == ReasonCode.Success); // else its PUBREC refuses it, and frees the identifier
        if (publication.Stored is { } stored && (stored.Waiting > 0 || stored.IsRetained))
        {
            return _journal.Save(stored, isFromDurable ? publication.Publisher : null, publication.PacketIdentifier);
        }

        return isFromDurable ? _journal.TakeInbound(publication.Publisher!, publication.PacketIdentifier) : 0;
    }

    private StoredMessage Store(ref Publication publication) => publication.Stored ??= new StoredMessage(publication.Route.Topic, publication.Properties, publication.Payload)
    {
        QualityOfService = publication.QualityOfService,
        ExpiresAt = publication.ExpirySeconds is { } seconds ? _clock.Now + (seconds * 1000L) : long.MaxValue,
    };
}
