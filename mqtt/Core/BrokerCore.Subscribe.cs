using System.Text;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>SUBSCRIBE, UNSUBSCRIBE and readers within the process (sections 3.8 to 3.11).</summary>
internal sealed partial class BrokerCore
{
    private const string SharePrefix = "$share/";

    /// <summary>A reader within the process; retained messages that match are handed to it first.</summary>
    public Subscription AddReader(TopicFilter filter, IMessageHandler handler)
    {
        var reader = new LocalReader(handler);
        var subscription = new Subscription(filter) { Reader = reader };
        _router.Add(subscription);
        NoteStatusSubscription(subscription);
        var matches = new List<StoredMessage>();
        _retained.Match(subscription.Filter, matches);
        MatchStatus(subscription, matches);
        foreach (var retained in matches)
        {
            if (!retained.HasExpired(_clock.Now))
            {
                HandRetainedTo(reader, retained);
            }
        }

        return subscription;
    }

    public void RemoveReader(Subscription subscription) => _router.Remove(subscription);

    private void OnSubscribe(Connection connection, in PacketFrame frame)
    {
        if (!SubscribePacket.TryRead(frame, connection.Version, out var subscribe, out var fault))
        {
            Refuse(connection, fault);
            return;
        }

        if (connection.Version == MqttProtocolVersion.V500 && FindFaultOfSubscribe(connection.Listener.Limits, subscribe!) is { } notOffered)
        {
            Refuse(connection, notOffered);
            return;
        }

        var session = connection.Session!;
        var answers = new ReasonCode[subscribe!.Subscriptions.Count];
        var replaced = new Subscription?[answers.Length];
        var granted = new Subscription?[answers.Length];
        long ticket = 0;
        // One filter 60,000 times fits into a packet, and would hold the loop for a quarter of a second.
        var most = Math.Min(answers.Length, session.Limits.MaxSubscriptions);
        for (var i = 0; i < most; i++)
        {
            answers[i] = Subscribe(session, subscribe.Subscriptions[i], subscribe.SubscriptionIdentifier ?? 0, out replaced[i], ref ticket);
            granted[i] = session.Subscriptions.GetValueOrDefault(subscribe.Subscriptions[i].Filter);
        }

        answers.AsSpan(most).Fill(ReasonCode.QuotaExceeded);
        Counters.SubscriptionsRefused += answers.Length - most;
        var answer = SubAckFor(connection, subscribe.PacketIdentifier, answers);
        SendWhenDurable(connection, answer, ticket, AnswerWhenRefused(connection, subscribe, answers, granted, replaced));
        if (!connection.IsClosed)
        {
            BeginRetained(session, subscribe, answers, replaced);
            SendWaiting(session); // retained messages, and what waits for members of a share
        }

        AnnounceSubscribed(connection, subscribe, answers);
    }

    /// <summary>An MQTT 5 client is told, and is left with the subscriptions that it had. In 3.1.1 the close tells.</summary>
    private Action<ReasonCode>? AnswerWhenRefused(
        Connection connection, SubscribePacket subscribe, ReasonCode[] answers, Subscription?[] granted, Subscription?[] replaced)
    {
        if (connection.Version != MqttProtocolVersion.V500)
        {
            return null;
        }

        return reason =>
        {
            var session = connection.Session!;
            for (var i = answers.Length - 1; i >= 0; i--) // backwards: a filter that stands twice ends with what was before both
            {
                if (answers[i] < ReasonCode.UnspecifiedError)
                {
                    answers[i] = reason;
                    TakeBack(session, subscribe.Subscriptions[i].Filter, granted[i], replaced[i]);
                }
            }

            // Of the size of the answer that was to be sent, so it fits.
            SendPacket(connection, new SubscribeAcknowledgementPacket(PacketType.SubAck) { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = answers });
        };
    }

    /// <summary>Unless the client has changed its mind meanwhile.</summary>
    private void TakeBack(Session session, string filter, Subscription? granted, Subscription? replaced)
    {
        if (granted is null || session.Subscriptions.GetValueOrDefault(filter) != granted)
        {
            return;
        }

        session.Subscriptions.Remove(filter);
        _router.Remove(granted);
        _journal.Remove(granted);
        EndRetained(granted);
        if (replaced is not null)
        {
            session.Subscriptions[filter] = replaced;
            _router.Add(replaced);
            _journal.Save(replaced);
            if (replaced.IsRetainedDue)
            {
                (session.RetainedDue ??= []).Add(new RetainedCursor(replaced, _retained.LastKey));
            }
        }

        LeaveShare(granted); // after its successor has come: else the share and its backlog would end
    }

    private ReasonCode Subscribe(Session session, in SubscriptionRequest request, int identifier, out Subscription? before, ref long ticket)
    {
        before = null;
        if (!TryParse(request.Filter, out var shareName, out var filter) || !TopicLevels.AreBounded(Encoding.UTF8.GetBytes(filter.Value)))
        {
            return ReasonCode.TopicFilterInvalid;
        }

        if (FindRefusal(session.Limits, request.Filter) is var refusal && refusal != ReasonCode.Success)
        {
            return refusal;
        }

        if (session.Permissions is { } permissions && !permissions.MaySubscribe(filter, shareName))
        {
            TellOfDenied(session.Connection!, ClientRequest.Subscribe, request.Filter);
            return ReasonCode.NotAuthorized;
        }

        var isForBridge = session.Connection is { IsBridge: true } && shareName is null;
        var quality = (QualityOfService)Math.Min((int)request.QualityOfService, session.Limits.MaxQos);
        var subscription = new Subscription(filter, shareName)
        {
            Session = session,
            MaximumQualityOfService = quality,
            NoLocal = request.NoLocal || isForBridge, // else two brokers that bridge all topics send each message round for ever
            RetainAsPublished = request.RetainAsPublished || isForBridge,
            Identifier = identifier,
        };
        if (session.Subscriptions.TryGetValue(request.Filter, out before)) // [MQTT-3.8.4-3] the same filter: replaced
        {
            _router.Remove(before);
            _journal.Forget(before);
        }
        else if (session.Subscriptions.Count >= session.Limits.MaxSubscriptions)
        {
            Counters.SubscriptionsRefused++;
            return ReasonCode.QuotaExceeded;
        }

        if (session.IsDurable && quality > QualityOfService.AtMostOnce && _retained.Count > 0)
        {
            // Written down with it: what the SUBACK promises is kept, also if it takes longer than this process lives.
            subscription.IsRetainedDue = before is { IsRetainedDue: true }
                || (IsRetainedWanted(request, isNew: before is null) && _retained.HasMatch(subscription.Filter));
        }

        session.Subscriptions[request.Filter] = subscription;
        _router.Add(subscription);
        NoteStatusSubscription(subscription);
        if (subscription.Share is { } group)
        {
            ticket = Math.Max(ticket, OnMembersChanged(group));
        }

        if (session.IsDurable)
        {
            ticket = Math.Max(ticket, _journal.Save(subscription));
        }

        return (ReasonCode)quality;
    }

    /// <summary>Splits <c>$share/NAME/FILTER</c> (MQTT 5 section 4.8.2; 3.1.1 clients may use it too).</summary>
    private static bool TryParse(string text, out string? shareName, out TopicFilter filter)
    {
        shareName = null;
        if (!text.StartsWith(SharePrefix, StringComparison.Ordinal))
        {
            return TopicFilter.TryParse(text, out filter);
        }

        filter = default;
        var slash = text.IndexOf('/', SharePrefix.Length);
        if (slash <= SharePrefix.Length)
        {
            return false; // [MQTT-4.8.2-1] a name of at least one character, and a filter behind it
        }

        shareName = text[SharePrefix.Length..slash];
        return !shareName.AsSpan().ContainsAny('+', '#') && TopicFilter.TryParse(text[(slash + 1)..], out filter); // [MQTT-4.8.2-2]
    }

    private void OnUnsubscribe(Connection connection, in PacketFrame frame)
    {
        if (!UnsubscribePacket.TryRead(frame, connection.Version, out var unsubscribe, out var fault))
        {
            Refuse(connection, fault);
            return;
        }

        var session = connection.Session!;
        var answers = new ReasonCode[unsubscribe!.Filters.Count];
        long ticket = 0;
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = ReasonCode.NoSubscriptionExisted;
            if (session.Subscriptions.Remove(unsubscribe.Filters[i], out var subscription))
            {
                _router.Remove(subscription);
                LeaveShare(subscription);
                EndRetained(subscription);
                ticket = Math.Max(ticket, _journal.Remove(subscription));
                answers[i] = ReasonCode.Success;
            }
        }

        var answer = new SubscribeAcknowledgementPacket(PacketType.UnsubAck) { PacketIdentifier = unsubscribe.PacketIdentifier, ReasonCodes = answers };
        SendWhenDurable(connection, answer, ticket);
        AnnounceUnsubscribed(connection, unsubscribe, answers);
    }

    /// <summary>With a Reason String where there is something to tell, the client wants it and can take it [MQTT-3.9.2-1].</summary>
    private static SubscribeAcknowledgementPacket SubAckFor(Connection connection, ushort packetIdentifier, ReasonCode[] answers)
    {
        if (connection.Version == MqttProtocolVersion.V500 && connection.WantsReasons && ReasonTexts.OfSubscribe(answers) is { } reason)
        {
            var answer = new SubscribeAcknowledgementPacket(PacketType.SubAck) { PacketIdentifier = packetIdentifier, ReasonCodes = answers, ReasonString = reason };
            if (answer.GetSize(connection.Version) <= connection.MaximumPacketSize)
            {
                return answer;
            }
        }

        return new SubscribeAcknowledgementPacket(PacketType.SubAck) { PacketIdentifier = packetIdentifier, ReasonCodes = answers };
    }

    private void SendWhenDurable(Connection connection, ControlPacket answer, long ticket, Action<ReasonCode>? onRefused = null)
    {
        if (answer.GetSize(connection.Version) > connection.MaximumPacketSize)
        {
            DisconnectClient(connection, ReasonCode.PacketTooLarge, "the answer is larger than the client takes");
        }
        else if (ticket <= _journal.DurableThrough)
        {
            SendPacket(connection, answer);
        }
        else
        {
            WaitFor(ticket, new HeldPacket(connection, answer.ToArray(connection.Version), onRefused));
        }
    }

    private static bool MayReceive(Session session, StoredMessage message) =>
        session.Permissions is not { ChecksReceived: true } permissions || permissions.MayReceive(TopicName.Parse(Encoding.UTF8.GetString(message.Topic)));

    /// <summary>The same for what is likely to be asked again.</summary>
    private bool MayReceiveQueued(Session session, StoredMessage message) =>
        session.Permissions is not { ChecksReceived: true } permissions || permissions.MayReceive(_router.Find(message.Topic));

    private void HandRetainedTo(LocalReader reader, StoredMessage retained)
    {
        var properties = PublishProperties.Read(retained.Properties);
        if (retained.SecondsLeft(_clock.Now) is { } seconds)
        {
            properties = (properties ?? new MqttMessageProperties()) with { MessageExpiryInterval = TimeSpan.FromSeconds(seconds) };
        }

        var topic = TopicName.Parse(Encoding.UTF8.GetString(retained.Topic));
        var message = new PublishedMessage(topic, retained.Payload, retained.QualityOfService, retain: true, publisher: null, properties) { RetainAsPublished = true };
        PendingAcknowledgement? none = null;
        HandTo(reader, message, isAwaited: false, ref none);
    }
}
