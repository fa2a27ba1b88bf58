using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Core;

/// <summary>Bytes become packets, and packets go where they are understood.</summary>
internal sealed partial class BrokerCore
{
    private const int PieceOfPacket = 1024; // bytes

    /// <summary>A transport has accepted a connection.</summary>
    /// <returns>False: there are too many; the transport closes it.</returns>
    public bool OnAccepted(Connection connection)
    {
        if (IsFullFor(connection.Listener) && FindSilent(connection.Listener) is null)
        {
            Counters.ConnectionsRefused++;
            TellOfRejected(connection, Connections.Count >= Limits.MaxConnections
                ? "there are as many connections as may be (limits: max-connections)"
                : "the listener has as many connections as it may (its limits: max-connections)");
            return false;
        }

        if (IsTooSoon(connection))
        {
            return false;
        }

        MakeRoomFor(connection.Listener);
        Connections.Add(connection);
        BeginSilence(connection);
        connection.Listener.ConnectionCount++;
        Counters.ConnectionsAccepted++;
        connection.LastReceivedAt = _clock.Now;
        Timers.Set(connection, _clock.Now + (long)connection.Listener.Limits.ConnectTimeout.TotalMilliseconds);
        return true;
    }

    /// <summary>Handles every whole packet in <paramref name="bytes"/>.</summary>
    /// <param name="nextPacketBytes">Size of the packet that is not wholly there yet; 0 when it is not known.</param>
    /// <returns>
    /// Bytes used up; the transport brings the others again, with more behind them. Whole packets are among them when the connection is
    /// held (<see cref="Connection.IsHeld"/>): then it keeps them for <see cref="Connection.ReceiveHeld"/>.
    /// </returns>
    public int OnReceived(Connection connection, ReadOnlySpan<byte> bytes, out int nextPacketBytes)
    {
        nextPacketBytes = 0;
        var used = 0;
        var packets = 0;
        while (used < bytes.Length && !connection.IsHeld)
        {
            var status = PacketFrame.TryRead(bytes[used..], connection.Listener.Limits.MaxPacketBytes, out var frame, out var fault);
            if (status == DecodeStatus.NeedMore)
            {
                nextPacketBytes = frame.TotalBytes;
                break;
            }

            if (status == DecodeStatus.Malformed)
            {
                Refuse(connection, fault);
                break;
            }

            used += frame.TotalBytes;
            packets++;
            Handle(connection, frame);
            if (connection.IsClosed)
            {
                break;
            }

            if (connection.Session is not { IsDurable: false } && IsWrittenDown(frame.Type) && _journal.IsBehind)
            {
                HoldPublisher(connection);
            }

            if (connection.IsCongested)
            {
                connection.Pause(PauseReasons.Congestion); // it asks for more than it takes; see OnWritable
            }
        }

        NoteAlive(connection, packets, bytes.Length - used);
        Counters.BytesReceived += used;
        Counters.PacketsReceived += packets;
        connection.BytesReceived += used;
        return used;
    }

    /// <summary>
    /// [MQTT-3.1.2-22] A client is alive that sends whole packets: single bytes do not keep a connection. A large packet on a slow line counts
    /// by each piece of it.
    /// </summary>
    private void NoteAlive(Connection connection, int packets, int unfinishedBytes)
    {
        if (packets > 0 || unfinishedBytes >= connection.UnfinishedBytes + PieceOfPacket)
        {
            connection.LastReceivedAt = _clock.Now;
            connection.UnfinishedBytes = unfinishedBytes;
        }
    }

    /// <summary>The peer takes bytes again.</summary>
    public void OnWritable(Connection connection)
    {
        connection.Resume(PauseReasons.Congestion);
        if (connection.Session is { } session)
        {
            SendWaiting(session);
        }
    }

    /// <summary>
    /// What follows such a packet of a session that is to last waits while the journal is behind; OnPublish sees to PUBLISH itself. Not so PUBACK
    /// and PUBCOMP, of which a turn makes one small record and which make room, nor PINGREQ.
    /// </summary>
    private static bool IsWrittenDown(PacketType type) => type
        is PacketType.Connect or PacketType.PubRec or PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe;

    private void Handle(Connection connection, in PacketFrame frame)
    {
        if (!connection.HasConnected)
        {
            if (connection.Arrival is not null)
            {
                HandleArriving(connection, frame);
            }
            else if (frame.Type == PacketType.Connect)
            {
                OnConnect(connection, frame);
            }
            else
            {
                Close(connection, ReasonCode.ProtocolError, "the first packet is not CONNECT"); // [MQTT-3.1.0-1]
            }

            return;
        }

        switch (frame.Type)
        {
            case PacketType.Publish:
                OnPublish(connection, frame);
                break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                OnAcknowledgement(connection, frame);
                break;
            case PacketType.PingReq:
                OnPing(connection, frame);
                break;
            case PacketType.Subscribe:
                OnSubscribe(connection, frame);
                break;
            case PacketType.Unsubscribe:
                OnUnsubscribe(connection, frame);
                break;
            case PacketType.Disconnect:
                OnDisconnect(connection, frame);
                break;
            case PacketType.Connect:
                Refuse(connection, PacketFault.ProtocolError("a second CONNECT")); // [MQTT-3.1.0-2]
                break;
            case PacketType.Auth:
                OnAuth(connection, frame);
                break;
            default:
                Refuse(connection, PacketFault.ProtocolError("a packet that only a server sends"));
                break;
        }
    }

    /// <summary>Only AUTH has anything to do between CONNECT and CONNACK.</summary>
    private void HandleArriving(Connection connection, in PacketFrame frame)
    {
        if (frame.Type == PacketType.Auth)
        {
            OnAuth(connection, frame);
        }
        else if (frame.Type == PacketType.Disconnect)
        {
            Close(connection, ReasonCode.Success, "the client disconnected before it was let in");
        }
        else
        {
            RefuseAuth(connection, PacketFault.ProtocolError("another packet than AUTH while the client is being authenticated")); // [MQTT-4.12.0-4]
        }
    }

    private void OnPing(Connection connection, in PacketFrame frame)
    {
        if (Ping.TryRead(frame, out var fault))
        {
            connection.Send(Ping.Response);
        }
        else
        {
            Refuse(connection, fault);
        }
    }

    /// <summary>The peer broke the protocol: an MQTT 5 client is told why, a 3.1.1 client just loses its connection (section 4.13).</summary>
    private void Refuse(Connection connection, PacketFault fault)
    {
        if (connection.HasConnected)
        {
            DisconnectClient(connection, fault.ReasonCode, fault.Detail);
        }
        else
        {
            Close(connection, fault.ReasonCode, fault.Detail);
        }
    }
}
