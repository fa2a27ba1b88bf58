using Roost.Mqtt.Protocol;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>
/// Retained messages for new subscriptions (section 3.3.1.3): they stay where they are until the client has room, and come into its queue
/// a few at a time. See ADR 0093.
/// </summary>
internal sealed partial class BrokerCore
{
    private const int MostRetainedAhead = 1000; // messages: at the speed of a local network some 10 ms

    private readonly HashSet<StoredMessage> _targeted = []; // scratch: a message that matches many filters is written down once

    private static bool IsRetainedWanted(in SubscriptionRequest request, bool isNew) => request.RetainHandling switch // [MQTT-3.3.1-9] to [MQTT-3.3.1-11]
    {
        RetainHandling.Send => true,
        RetainHandling.SendIfNew => isNew,
        _ => false,
    } && !request.Filter.StartsWith(SharePrefix, StringComparison.Ordinal); // section 4.8.2: none for shared subscriptions

    /// <summary>For the filters that were granted. One that stands in the packet many times is one subscription.</summary>
    private void BeginRetained(Session session, SubscribePacket subscribe, ReasonCode[] answers, Subscription?[] replaced)
    {
        if (_retained.Count == 0 && session.RetainedDue is null && !_router.HasBelow("$SYS"u8))
        {
            return;
        }

        var served = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i] < ReasonCode.UnspecifiedError && served.Add(subscribe.Subscriptions[i].Filter))
            {
                BeginRetained(session, subscribe.Subscriptions[i], isNew: replaced[i] is null);
            }
        }
    }

    private void BeginRetained(Session session, in SubscriptionRequest request, bool isNew)
    {
        var subscription = session.Subscriptions[request.Filter];
        var former = session.RetainedDue?.Find(cursor => cursor.Subscription.Name == subscription.Name);
        if (!IsRetainedWanted(request, isNew))
        {
            if (former is not null)
            {
                former.Subscription = subscription; // [MQTT-3.8.4-4] what the former was promised is not lost
            }

            return;
        }

        if (former is not null)
        {
            session.RetainedDue!.Remove(former);
        }

        var status = new List<StoredMessage>();
        MatchStatus(subscription, status);
        foreach (var message in status)
        {
            if (MayReceive(session, message))
            {
                EnqueueRetained(session, subscription, message);
            }
        }

        if (_retained.HasMatch(subscription.Filter))
        {
            (session.RetainedDue ??= []).Add(new RetainedCursor(subscription, _retained.LastKey));
        }
    }

    /// <summary>The subscription has ended. What has come into the queue stays there [MQTT-3.10.4-3].</summary>
    private static void EndRetained(Subscription subscription)
    {
        subscription.Session!.RetainedDue?.RemoveAll(cursor => ReferenceEquals(cursor.Subscription, subscription));
        if (subscription.Session.RetainedDue is [])
        {
            subscription.Session.RetainedDue = null;
        }
    }

    /// <summary>
    /// Brings what is due into the session's queue, as far as it is to go ahead: of what may wait a quarter, so that others' messages
    /// have their place.
    /// </summary>
    /// <returns>False: there was no room, or nothing.</returns>
    private bool FeedRetained(Session session)
    {
        var queue = session.Outbound;
        var most = Math.Clamp(session.Limits.MaxQueued / 4, 1, MostRetainedAhead);
        if (queue.WaitingCount > most / 2 || session.Connection is not { IsCongested: false })
        {
            return false; // an acknowledgement, or the output's drain, brings us back
        }

        var tail = queue.Tail;
        while (session.RetainedDue is [var cursor, ..] && queue.WaitingCount < most
            && (queue.Count == 0 || queue.Bytes < session.Limits.MaxQueuedSizeBytes / 4))
        {
            if (cursor.Take(_retained) is { } message)
            {
                FeedRetained(session, cursor, message);
            }
            else
            {
                FinishRetained(session, cursor);
            }
        }

        RecordTargeted();
        return queue.Tail > tail;
    }

    /// <summary>
    /// A message of the topic goes to the session: the retained one that was there before it goes first. Where the queue is full, the new one
    /// is lost for the session, and the retained one keeps its turn.
    /// </summary>
    /// <returns>True: it waits in the queue.</returns>
    private bool FeedRetainedFirst(Session session, ReadOnlySpan<byte> topic)
    {
        var tail = session.Outbound.Tail;
        if (session.Outbound.WaitingCount >= session.Limits.MaxQueued || _retained.Find(topic) is not { } retained)
        {
            return false;
        }

        foreach (var cursor in session.RetainedDue!)
        {
            if (cursor.TryTakeEarly(retained))
            {
                FeedRetained(session, cursor, retained);
            }
        }

        RecordTargeted();
        if (session.Outbound.Tail == tail)
        {
            return false;
        }

        SendQueued(session);
        return session.Outbound.WaitingCount > 0;
    }

    private void FeedRetained(Session session, RetainedCursor cursor, StoredMessage message)
    {
        if (!message.HasExpired(_clock.Now) && MayReceive(session, message))
        {
            EnqueueRetained(session, cursor.Subscription, message);
        }
    }

    private void EnqueueRetained(Session session, Subscription subscription, StoredMessage message)
    {
        var quality = (QualityOfService)Math.Min((byte)message.QualityOfService, (byte)subscription.MaximumQualityOfService);
        var isTarget = session.IsDurable && quality != QualityOfService.AtMostOnce;
        Hold(message, session.IsStranger);
        var entry = new OutboundQueue.Entry
        {
            Message = message,
            QualityOfService = quality,
            Flags = OutboundQueue.EntryFlags.Retain | (isTarget ? OutboundQueue.EntryFlags.IsTarget : OutboundQueue.EntryFlags.None), // [MQTT-3.3.1-8]
        };
        var sequence = session.Outbound.Add(entry, subscription.Identifier == 0 ? null : [subscription.Identifier]);
        if (isTarget)
        {
            message.AddTarget(session, sequence);
            _targeted.Add(message);
        }
    }

    private void RecordTargeted()
    {
        foreach (var message in _targeted)
        {
            _journal.Save(message);
        }

        _targeted.Clear();
    }

    /// <summary>All of it is in the queue, and written down before the record that says that nothing is due any more.</summary>
    private void FinishRetained(Session session, RetainedCursor cursor)
    {
        RecordTargeted();
        session.RetainedDue!.Remove(cursor);
        if (session.RetainedDue.Count == 0)
        {
            session.RetainedDue = null;
        }

        if (cursor.Subscription.IsRetainedDue)
        {
            cursor.Subscription.IsRetainedDue = false;
            _journal.Save(cursor.Subscription);
        }
    }

    /// <summary>What the last process had begun: from the start again with what stands now, but for what waits in the queue.</summary>
    private void RestoreRetainedDue()
    {
        foreach (var session in _sessions.Values)
        {
            foreach (var subscription in session.Subscriptions.Values)
            {
                if (subscription.IsRetainedDue)
                {
                    var cursor = new RetainedCursor(subscription, _retained.LastKey);
                    TakeWaiting(session.Outbound, cursor);
                    (session.RetainedDue ??= []).Add(cursor);
                }
            }
        }
    }

    private static void TakeWaiting(OutboundQueue queue, RetainedCursor cursor)
    {
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
        {
            if (queue[sequence].Message is { IsRetained: true } message)
            {
                cursor.TryTakeEarly(message);
            }
        }
    }
}
