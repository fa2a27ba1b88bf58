using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Shared subscriptions (MQTT 5 section 4.8.2): each message to one member, and to another one when that goes.</summary>
internal sealed partial class BrokerCore
{
    private bool _isDistributing;

    /// <summary>QoS 1 and 2 go into the backlog, to be handed out when the message has been written down.</summary>
    private void DeliverShared(ref Publication publication, ShareGroup group, bool isShared)
    {
        if (publication.QualityOfService == QualityOfService.AtMostOnce)
        {
            if (group.TryChooseForOnce(publication.Route, out var member))
            {
                Deliver(ref publication, member, isShared);
            }
            else
            {
                Drop(DropReason.ClientAway, group.Backlog, publication.Route.Topic);
            }

            return;
        }

        var backlog = group.Backlog;
        if (!HasRoom(ref publication, backlog, group.WaitingCount))
        {
            return;
        }

        var stored = Store(ref publication);
        Hold(stored, backlog.IsStranger);
        var isTarget = backlog.IsDurable;
        var sequence = backlog.Outbound.Add(new OutboundQueue.Entry
        {
            Message = stored,
            QualityOfService = publication.QualityOfService,
            Flags = (publication.Retain ? OutboundQueue.EntryFlags.Retain : OutboundQueue.EntryFlags.None)
                | (isTarget ? OutboundQueue.EntryFlags.IsTarget : OutboundQueue.EntryFlags.None),
        });
        if (isTarget)
        {
            stored.AddTarget(backlog, sequence);
        }

        NotePressure(publication, backlog, group);
    }

    /// <summary>Hands out what waits, to the members in turn, as far as they have room.</summary>
    private void Distribute(ShareGroup group)
    {
        if (_isDistributing)
        {
            return; // the caller's caller goes on until no member has room, or nothing waits
        }

        _isDistributing = true;
        while (group.TryPeek(out var sequence) && group.TryChoose(out var member) && HasTaker(group, sequence, ref member))
        {
            HandOut(group, sequence, member);
        }

        _isDistributing = false;
    }

    /// <summary>The session has room: it takes from the backlogs of its shares in turn. No other member had room, or nothing would wait.</summary>
    private void TakeShared(Session session)
    {
        if (_isDistributing)
        {
            return;
        }

        _isDistributing = true;
        var hasTaken = true;
        while (hasTaken)
        {
            hasTaken = false;
            for (var i = 0; i < session.Shares!.Count && session.CanSendNow; i++)
            {
                var group = session.Shares[i];
                if (group.TryPeek(out var sequence) && group.MemberOf(session) is var member && HasTaker(group, sequence, ref member))
                {
                    HandOut(group, sequence, member);
                    hasTaken = true;
                }
            }
        }

        _isDistributing = false;
    }

    /// <summary>A message that a member may not have, or that is larger than it takes, is for another; it waits for one that has no room now. Where none takes it, it is lost by whose turn it is.</summary>
    /// <param name="member">Whose turn it is, or another that can be sent the message now.</param>
    private bool HasTaker(ShareGroup group, long sequence, ref Receiver member)
    {
        var message = group.Backlog.Outbound[sequence].Message!;
        if (Takes(member, message))
        {
            return true;
        }

        var isTaken = false;
        foreach (var other in group.Members)
        {
            if (other.Session.Connection is not null && Takes(other, message))
            {
                if (other.Session.CanSendNow)
                {
                    member = other;
                    return true;
                }

                isTaken = true;
            }
        }

        return !isTaken;
    }

    /// <summary>The member may have it, and it is not larger than its Maximum Packet Size [MQTT-3.1.2-24], which few clients set.</summary>
    private bool Takes(in Receiver member, StoredMessage message)
    {
        if (!MayReceiveQueued(member.Session, message))
        {
            return false;
        }

        if (member.Session.Connection is not { MaximumPacketSize: < uint.MaxValue and var most } connection)
        {
            return true;
        }

        var fields = new PublishFields
        {
            Topic = message.Topic,
            Payload = message.Payload,
            Properties = ForwardedProperties(connection.Version, message.Properties, message.SecondsLeft(_clock.Now), member.SubscriptionIdentifiers),
            PacketIdentifier = 1,
            QualityOfService = QualityOfService.AtLeastOnce,
        };
        return PublishEncoder.GetSize(fields, connection.Version) <= most;
    }

    private void HandOut(ShareGroup group, long sequence, in Receiver member)
    {
        group.Take(sequence);
        var backlog = group.Backlog;
        var entry = backlog.Outbound[sequence];
        var message = entry.Message!;
        if (message.HasExpired(_clock.Now)) // [MQTT-3.3.2-5]
        {
            Drop(DropReason.Expired, backlog, message.Topic);
            Settle(backlog, sequence, wasInFlight: false);
            return;
        }

        var quality = (QualityOfService)Math.Min((byte)entry.QualityOfService, (byte)member.MaximumQualityOfService);
        var session = member.Session;
        var isOwn = quality == QualityOfService.ExactlyOnce;
        var isTarget = isOwn && session.IsDurable;
        Hold(message, session.IsStranger);
        var leased = new OutboundQueue.Entry
        {
            Message = message,
            QualityOfService = quality,
            Flags = OutboundQueue.EntryFlags.Leased
                | (member.RetainAsPublished ? entry.Flags & OutboundQueue.EntryFlags.Retain : OutboundQueue.EntryFlags.None)
                | (isTarget ? OutboundQueue.EntryFlags.IsTarget : OutboundQueue.EntryFlags.None),
        };
        var own = session.Outbound.Add(leased, member.SubscriptionIdentifiers.Length == 0 ? null : member.SubscriptionIdentifiers);
        long ticket = 0;
        if (isTarget)
        {
            message.AddTarget(session, own);
            ticket = entry.Has(OutboundQueue.EntryFlags.IsTarget) ? _journal.HandOn(backlog, sequence, session, own) : _journal.Save(message);
        }

        if (isOwn)
        {
            var wasKept = entry.Has(OutboundQueue.EntryFlags.IsTarget);
            Settle(backlog, sequence, wasInFlight: false); // [MQTT-4.8.2-4], [MQTT-4.8.2-5] nobody else gets it
            if (wasKept && !isTarget)
            {
                ticket = RecordSettled(backlog); // also after a crash: it is durable before the PUBLISH goes out
            }
        }

        (session.Leases ??= []).Add(own, isOwn ? new Lease(null, 0, ticket) : new Lease(group, sequence, 0));

        SendWaiting(session);
    }

    /// <summary>The session has lost its connection: others get what it has not acknowledged; see [MQTT-4.8.2-6].</summary>
    private void ReturnLeases(Session session)
    {
        var groups = new HashSet<ShareGroup>(session.Shares ?? []); // also what waited for this very member, as others cannot take it
        var leases = session.Leases ?? [];
        foreach (var (own, lease) in leases.Where(static pair => pair.Value.Group is not null).OrderBy(static pair => pair.Key).ToArray())
        {
            leases.Remove(own);
            LetGo(session.Outbound[own].Message!, session.IsStranger);
            session.Outbound.Settle(own, wasInFlight: own < session.Outbound.NextToSend);
            if (!lease.Group!.HasEnded)
            {
                lease.Group.Return(lease.Sequence);
                groups.Add(lease.Group);
            }
        }

        foreach (var group in groups)
        {
            Distribute(group);
        }
    }

    /// <summary>The journal's, of what has to be durable before the message may go to the client.</summary>
    private long TicketOf(Session session, in OutboundQueue.Entry item) =>
        item.Has(OutboundQueue.EntryFlags.Leased) && session.Leases!.TryGetValue(session.Outbound.NextToSend, out var lease)
            && (lease.Ticket != long.MaxValue || (!item.Has(OutboundQueue.EntryFlags.IsTarget) && _journal.IsBroken))
            ? lease.Ticket
            : item.Message!.Ticket; // that of a refused record is known when the message has been written anew

    /// <summary>A member has come or gone: the backlog outlives the process while a member does.</summary>
    /// <returns>The journal's ticket.</returns>
    private long OnMembersChanged(ShareGroup group)
    {
        var backlog = group.Backlog;
        backlog.Limits = Limits;
        SetStranger(group);
        var isDurable = false;
        foreach (var member in group.Members)
        {
            isDurable |= member.Session.IsDurable;
        }

        if (isDurable && !backlog.IsDurable)
        {
            backlog.ExpirySeconds = uint.MaxValue;
            return _journal.Save(backlog);
        }

        if (!isDurable && backlog.IsDurable)
        {
            Unkeep(group);
        }

        return 0;
    }

    /// <summary>What waits goes on to wait for the members that are left, but would not outlive them.</summary>
    private void Unkeep(ShareGroup group)
    {
        var queue = group.Backlog.Outbound;
        _journal.Remove(group.Backlog);
        group.Backlog = new Session { ClientIdentifier = group.Backlog.ClientIdentifier, Limits = Limits, Outbound = queue, IsStranger = group.Backlog.IsStranger };
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
        {
            ref var entry = ref queue[sequence];
            if (entry.Has(OutboundQueue.EntryFlags.IsTarget))
            {
                entry.Flags &= ~OutboundQueue.EntryFlags.IsTarget;
                if (entry.Message!.Settle())
                {
                    _journal.Forget(entry.Message);
                }
            }
        }
    }

    /// <summary>A subscription has been taken out of the router; the last of a share ends it.</summary>
    private void LeaveShare(Subscription subscription)
    {
        if (subscription.Share is not { HasEnded: false } group)
        {
            return;
        }

        OnMembersChanged(group);
        if (group.Members.Count == 0)
        {
            EndShare(group);
        }
    }

    /// <summary>Its last member has gone. What members have in flight is theirs; what waits is lost.</summary>
    private void EndShare(ShareGroup group)
    {
        group.HasEnded = true;
        _router.Forget(group);
        var backlog = group.Backlog;
        while (backlog.Outbound.Count > 0)
        {
            var sequence = backlog.Outbound.Head;
            if (group.IsWaiting(sequence))
            {
                DropUnsent(backlog, backlog.Outbound[sequence]);
            }

            Settle(backlog, sequence, wasInFlight: false);
        }
    }
}
