using System.Buffers.Binary;
using System.Diagnostics;

namespace Roost.Mqtt.Protocol;

/// <summary>
/// PUBACK, PUBREC, PUBREL or PUBCOMP (sections 3.4 to 3.7), read in place. They differ only in type, header bits and the reason
/// codes that they may carry.
/// </summary>
internal readonly ref struct Acknowledgement
{
    /// <summary>1 to 65,535.</summary>
    public ushort PacketIdentifier { get; private init; }

    /// <summary><see cref="ReasonCode.Success"/> in 3.1.1, which has none.</summary>
    public ReasonCode ReasonCode { get; private init; }

    /// <summary>The encoded properties without their length, all checked; mostly empty.</summary>
    public ReadOnlySpan<byte> Properties { get; private init; }

    /// <summary>For people only; null when absent.</summary>
    public string? ReadReasonString()
    {
        var reader = new PropertyReader(Properties, PacketType.PubAck);
        while (reader.MoveNext())
        {
            if (reader.Identifier == PropertyIdentifier.ReasonString)
            {
                return reader.Text;
            }
        }

        return null;
    }

    public static bool TryRead(in PacketFrame frame, MqttProtocolVersion version, out Acknowledgement acknowledgement, out PacketFault fault)
    {
        acknowledgement = default;
        var body = frame.Body;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(body, out var packetIdentifier))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        if (packetIdentifier == 0)
        {
            return Refuse(PacketFault.ProtocolError("the Packet Identifier is 0"), out fault);
        }

        if (body.Length == sizeof(ushort)) // no reason code: success, in every version (MQTT 5 section 3.4.2.1)
        {
            acknowledgement = new Acknowledgement { PacketIdentifier = packetIdentifier };
            fault = default;
            return true;
        }

        if (version != MqttProtocolVersion.V500)
        {
            return Refuse(PacketFault.Malformed("an acknowledgement is longer than its Packet Identifier"), out fault);
        }

        var reasonCode = (ReasonCode)body[sizeof(ushort)];
        if (!IsAllowed(frame.Type, reasonCode))
        {
            // [MQTT-3.4.2-1], [MQTT-3.5.2-1], [MQTT-3.6.2-1], [MQTT-3.7.2-1]
            return Refuse(PacketFault.ProtocolError("an acknowledgement has a reason code of another packet"), out fault);
        }

        var reader = new PacketReader(body[(sizeof(ushort) + 1)..]);
        ReadOnlySpan<byte> properties = default;
        if (!reader.AtEnd && (!reader.TryReadProperties(version, out properties) || !reader.AtEnd))
        {
            return Refuse(PacketFault.Malformed("the Property Length does not fit the packet"), out fault);
        }

        var propertyReader = new PropertyReader(properties, frame.Type);
        while (propertyReader.MoveNext())
        {
        }

        fault = propertyReader.Fault;
        acknowledgement = new Acknowledgement { PacketIdentifier = packetIdentifier, ReasonCode = reasonCode, Properties = properties };
        return fault == default;
    }

    /// <summary>Bytes of the packet without properties: an Acknowledgement that succeeds needs no reason code.</summary>
    public static int GetSize(MqttProtocolVersion version, ReasonCode reasonCode) =>
        version == MqttProtocolVersion.V500 && reasonCode != ReasonCode.Success ? 5 : 4;

    /// <param name="reasonCode">Not written in 3.1.1.</param>
    /// <returns>Bytes written: what <see cref="GetSize"/> says.</returns>
    public static int Write(
        Span<byte> destination, PacketType type, ushort packetIdentifier, MqttProtocolVersion version, ReasonCode reasonCode = ReasonCode.Success)
    {
        var size = GetSize(version, reasonCode);
        destination[0] = (byte)(((int)type << 4) | (type == PacketType.PubRel ? 0b0010 : 0));
        destination[1] = (byte)(size - 2);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], packetIdentifier);
        if (size == 5)
        {
            destination[4] = (byte)reasonCode;
        }

        return size;
    }

    /// <summary>Bytes of the packet with a Reason String, as MQTT 5 has it.</summary>
    /// <param name="reasonString">UTF-8, at most 100 bytes: all lengths are one byte.</param>
    public static int GetSize(ReadOnlySpan<byte> reasonString) => 9 + reasonString.Length;

    /// <returns>Bytes written: what <see cref="GetSize(ReadOnlySpan{byte})"/> says.</returns>
    public static int Write(Span<byte> destination, PacketType type, ushort packetIdentifier, ReasonCode reasonCode, ReadOnlySpan<byte> reasonString)
    {
        Debug.Assert(reasonString.Length <= 100, "lengths are one byte each");
        destination[0] = (byte)(((int)type << 4) | (type == PacketType.PubRel ? 0b0010 : 0));
        destination[1] = (byte)(7 + reasonString.Length);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], packetIdentifier);
        destination[4] = (byte)reasonCode;
        destination[5] = (byte)(3 + reasonString.Length);
        destination[6] = (byte)PropertyIdentifier.ReasonString;
        BinaryPrimitives.WriteUInt16BigEndian(destination[7..], (ushort)reasonString.Length);
        reasonString.CopyTo(destination[9..]);
        return 9 + reasonString.Length;
    }

    private static bool IsAllowed(PacketType type, ReasonCode reasonCode) => type switch
    {
        PacketType.PubAck or PacketType.PubRec => reasonCode is ReasonCode.Success or ReasonCode.NoMatchingSubscribers
            or ReasonCode.UnspecifiedError or ReasonCode.ImplementationSpecificError or ReasonCode.NotAuthorized
            or ReasonCode.TopicNameInvalid or ReasonCode.PacketIdentifierInUse or ReasonCode.QuotaExceeded or ReasonCode.PayloadFormatInvalid,
        _ => reasonCode is ReasonCode.Success or ReasonCode.PacketIdentifierNotFound,
    };

    private static bool Refuse(PacketFault reason, out PacketFault fault)
    {
        fault = reason;
        return false;
    }
}
