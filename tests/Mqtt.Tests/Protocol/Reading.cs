using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>Reads any packet as a peer would, for tests that have bytes of any kind.</summary>
internal static class Reading
{
    /// <summary>Frame and body in one go; the re-encoded packet when it is sound.</summary>
    public static DecodeStatus TryRead(
        ReadOnlySpan<byte> bytes, MqttProtocolVersion version, PacketSender sender, out byte[] again, out PacketFault fault, int maxPacketBytes = 1 << 20)
    {
        again = [];
        var status = PacketFrame.TryRead(bytes, maxPacketBytes, out var frame, out fault);
        if (status == DecodeStatus.Complete && !TryReadBody(frame, version, sender, out again, out fault))
        {
            return DecodeStatus.Malformed;
        }

        return status;
    }

    public static ReasonCode? FaultOf(string hex, MqttProtocolVersion version, PacketSender sender = PacketSender.Client) =>
        TryRead(Bytes(hex), version, sender, out _, out var fault) == DecodeStatus.Malformed ? fault.ReasonCode : null;

    /// <summary>Hexadecimal with spaces; text in quotes stands for itself.</summary>
    public static byte[] Bytes(string hex)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < hex.Length;)
        {
            if (hex[i] == ' ')
            {
                i++;
            }
            else if (hex[i] == '\'')
            {
                var end = hex.IndexOf('\'', i + 1);
                bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(hex[(i + 1)..end]));
                i = end + 1;
            }
            else
            {
                bytes.Add(Convert.ToByte(hex.Substring(i, 2), 16));
                i += 2;
            }
        }

        return [.. bytes];
    }

    private static bool TryReadBody(in PacketFrame frame, MqttProtocolVersion version, PacketSender sender, out byte[] again, out PacketFault fault)
    {
        ControlPacket? packet;
        bool sound;
        again = [];
        switch (frame.Type)
        {
            case PacketType.Connect:
                sound = ConnectPacket.TryRead(frame, out var connect, out fault);
                packet = connect;
                version = connect?.Version ?? version;
                break;
            case PacketType.ConnAck:
                sound = ConnAckPacket.TryRead(frame, version, out var connAck, out fault);
                packet = connAck;
                break;
            case PacketType.Publish:
                if (!PublishView.TryRead(frame, version, sender, out var publish, out fault))
                {
                    return false;
                }

                again = Encode(publish, version);
                _ = PublishProperties.Read(publish.Properties);
                return true;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                if (!Acknowledgement.TryRead(frame, version, out var acknowledgement, out fault))
                {
                    return false;
                }

                again = new byte[Acknowledgement.GetSize(version, acknowledgement.ReasonCode)];
                Acknowledgement.Write(again, frame.Type, acknowledgement.PacketIdentifier, version, acknowledgement.ReasonCode);
                _ = acknowledgement.ReadReasonString();
                return true;
            case PacketType.Subscribe:
                sound = SubscribePacket.TryRead(frame, version, out var subscribe, out fault);
                packet = subscribe;
                break;
            case PacketType.SubAck or PacketType.UnsubAck:
                sound = SubscribeAcknowledgementPacket.TryRead(frame, version, out var subscribed, out fault);
                packet = subscribed;
                break;
            case PacketType.Unsubscribe:
                sound = UnsubscribePacket.TryRead(frame, version, out var unsubscribe, out fault);
                packet = unsubscribe;
                break;
            case PacketType.Disconnect:
                sound = DisconnectPacket.TryRead(frame, version, sender, out var disconnect, out fault);
                packet = disconnect;
                break;
            case PacketType.Auth:
                sound = AuthPacket.TryRead(frame, version, out var auth, out fault);
                packet = auth;
                break;
            default:
                again = frame.Type == PacketType.PingReq ? Ping.Request.ToArray() : Ping.Response.ToArray();
                return Ping.TryRead(frame, out fault);
        }

        again = sound ? packet!.ToArray(version) : [];
        return sound;
    }

    private static byte[] Encode(in PublishView publish, MqttProtocolVersion version)
    {
        var fields = new PublishFields
        {
            Topic = publish.Topic,
            Payload = publish.Payload,
            Properties = publish.Properties,
            PacketIdentifier = publish.PacketIdentifier,
            QualityOfService = publish.QualityOfService,
            Duplicate = publish.Duplicate,
            Retain = publish.Retain,
        };
        var again = new byte[PublishEncoder.GetSize(fields, version)];
        PublishEncoder.Write(again, fields, version);
        return again;
    }
}
