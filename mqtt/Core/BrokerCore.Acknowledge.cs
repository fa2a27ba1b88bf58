using System.Diagnostics;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Acknowledgements that clients send for what they got (section 4.3).</summary>
internal sealed partial class BrokerCore
{
    private readonly List<Session> _settled = []; // in this turn

    private void OnAcknowledgement(Connection connection, in PacketFrame frame)
    {
        if (!Acknowledgement.TryRead(frame, connection.Version, out var acknowledgement, out var fault))
        {
            Refuse(connection, fault);
            return;
        }

        var session = connection.Session!;
        switch (frame.Type)
        {
            case PacketType.PubAck:
                OnPubAck(session, acknowledgement.PacketIdentifier);
                break;
            case PacketType.PubRec:
                OnPubRec(connection, session, acknowledgement.PacketIdentifier, acknowledgement.ReasonCode);
                break;
            case PacketType.PubComp:
                OnPubComp(session, acknowledgement.PacketIdentifier);
                break;
            default:
                OnPubRel(connection, session, acknowledgement.PacketIdentifier);
                break;
        }
    }

    // An acknowledgement of something that is not in flight changes nothing: it may be for a message of before a reconnect.
    private void OnPubAck(Session session, ushort packetIdentifier)
    {
        if (session.Outbound.TryFindInFlight(packetIdentifier, out var sequence)
            && session.Outbound[sequence].QualityOfService == QualityOfService.AtLeastOnce)
        {
            Finish(session, sequence);
        }
    }

    private void OnPubRec(Connection connection, Session session, ushort packetIdentifier, ReasonCode reasonCode)
    {
        var queue = session.Outbound;
        if (!queue.TryFindInFlight(packetIdentifier, out var sequence) || queue[sequence].QualityOfService != QualityOfService.ExactlyOnce)
        {
            SendAcknowledgement(connection, PacketType.PubRel, packetIdentifier, ReasonCode.PacketIdentifierNotFound); // section 3.6.2.1
            return;
        }

        if (reasonCode >= ReasonCode.UnspecifiedError)
        {
            Finish(session, sequence); // the client does not want it [MQTT-4.4.0-2]
            return;
        }

        ref var item = ref queue[sequence];
        item.Flags |= OutboundQueue.EntryFlags.Released;
        var ticket = session.IsDurable ? _journal.Release(session, sequence) : 0;
        if (ticket <= _journal.DurableThrough)
        {
            SendAcknowledgement(connection, PacketType.PubRel, packetIdentifier);
        }
        else
        {
            // After a crash the PUBLISH would be sent again, to a client that by then may have let its identifier go.
            item.Flags |= OutboundQueue.EntryFlags.ReleaseHeld;
            WaitFor(ticket, session, sequence);
        }
    }

    private void OnPubComp(Session session, ushort packetIdentifier)
    {
        if (session.Outbound.TryFindInFlight(packetIdentifier, out var sequence)
            && session.Outbound[sequence].Has(OutboundQueue.EntryFlags.Released))
        {
            Finish(session, sequence);
        }
    }

    private void OnPubRel(Connection connection, Session session, ushort packetIdentifier)
    {
        var isKnown = session.InboundIdentifiers is { } taken && taken.Remove(packetIdentifier);
        // Written also when it is not known: an earlier PUBREL has released it, and its record may not be durable yet, or was refused.
        var ticket = session.IsDurable ? _journal.ReleaseInbound(session, packetIdentifier) : 0;
        var reasonCode = isKnown ? ReasonCode.Success : ReasonCode.PacketIdentifierNotFound;
        if (ticket <= _journal.DurableThrough)
        {
            SendAcknowledgement(connection, PacketType.PubComp, packetIdentifier, reasonCode);
            return;
        }

        // After PUBCOMP the client uses the identifier for another message: a restart must not take that for the old one.
        var packet = new byte[Acknowledgement.GetSize(connection.Version, reasonCode)];
        Acknowledgement.Write(packet, PacketType.PubComp, packetIdentifier, connection.Version, reasonCode);
        WaitFor(ticket, new HeldPacket(connection, packet));
    }

    private static void ResendRelease(Connection connection, OutboundQueue queue, in OutboundQueue.Entry item)
    {
        Debug.Assert(item.QualityOfService == QualityOfService.ExactlyOnce, "only QoS 2 is released");
        var sequence = queue.NextToSend;
        queue.MarkSent();
        if (!item.Has(OutboundQueue.EntryFlags.ReleaseHeld))
        {
            SendAcknowledgement(connection, PacketType.PubRel, OutboundQueue.PacketIdentifierOf(sequence));
        }
    }

    /// <summary>The PUBREC of a message is durable.</summary>
    private static void SendHeldRelease(Session session, long sequence)
    {
        var queue = session.Outbound;
        if (sequence < queue.Head || sequence >= queue.Tail || !queue[sequence].Has(OutboundQueue.EntryFlags.ReleaseHeld))
        {
            return;
        }

        queue[sequence].Flags &= ~OutboundQueue.EntryFlags.ReleaseHeld;
        if (session.Connection is { } connection && sequence < queue.NextToSend)
        {
            SendAcknowledgement(connection, PacketType.PubRel, OutboundQueue.PacketIdentifierOf(sequence));
        }
    }

    private void Finish(Session session, long sequence)
    {
        Settle(session, sequence, wasInFlight: true);
        if (session.Outbound.WaitingCount > 0 || session.RetainedDue is not null || session.Shares is { Count: > 0 })
        {
            SendWaiting(session);
        }
    }

    private void NoteSettled(Session session, long sequence)
    {
        if (sequence >= session.Outbound.Head)
        {
            (session.SettledBeyond ??= []).Add(sequence);
        }

        if (!session.HasSettled)
        {
            session.HasSettled = true;
            _settled.Add(session);
        }
    }

    /// <summary>One record a session and turn. Nobody waits for it: what is settled twice was delivered at least once.</summary>
    private void RecordSettled()
    {
        foreach (var session in _settled)
        {
            if (session.HasSettled) // else it was written within the turn
            {
                RecordSettled(session);
            }
        }

        _settled.Clear();
    }

    /// <returns>The journal's ticket.</returns>
    private long RecordSettled(Session session)
    {
        session.HasSettled = false;
        if (session.SettledBeyond is not { Count: > 0 } beyond)
        {
            return _journal.Settle(session, session.Outbound.Head, []);
        }

        beyond.RemoveAll(sequence => sequence < session.Outbound.Head);
        var ticket = _journal.Settle(session, session.Outbound.Head, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(beyond));
        beyond.Clear();
        return ticket;
    }
}
