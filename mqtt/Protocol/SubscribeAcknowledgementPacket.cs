namespace Roost.Mqtt.Protocol;

/// <summary>SUBACK and UNSUBACK (sections 3.9 and 3.11): one reason code for each filter, in the order of the request.</summary>
internal sealed class SubscribeAcknowledgementPacket(PacketType type) : ControlPacket
{
    /// <summary><see cref="PacketType.SubAck"/> or <see cref="PacketType.UnsubAck"/>.</summary>
    public override PacketType Type => type;

    public required ushort PacketIdentifier { get; init; }

    /// <summary>3.1.1 writes every failure of a SUBACK as 0x80, and an UNSUBACK without any: it is read with none.</summary>
    public required IReadOnlyList<ReasonCode> ReasonCodes { get; init; }

    public string? ReasonString { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    public static bool TryRead(
        in PacketFrame frame, MqttProtocolVersion version, out SubscribeAcknowledgementPacket? packet, out PacketFault fault)
    {
        packet = null;
        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadUInt16(out var packetIdentifier) || !reader.TryReadProperties(version, out var properties))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        if (packetIdentifier == 0)
        {
            return Refuse(PacketFault.ProtocolError("the Packet Identifier is 0"), out fault);
        }

        string? reasonString = null;
        List<UserProperty>? userProperties = null;
        var propertyReader = new PropertyReader(properties, frame.Type);
        while (propertyReader.MoveNext())
        {
            if (propertyReader.Identifier == PropertyIdentifier.ReasonString)
            {
                reasonString = propertyReader.Text;
            }
            else
            {
                (userProperties ??= []).Add(propertyReader.UserProperty);
            }
        }

        if (propertyReader.Fault != default)
        {
            return Refuse(propertyReader.Fault, out fault);
        }

        var codes = new ReasonCode[reader.Rest.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (ReasonCode)reader.Rest[i];
            if (!IsAllowed(frame.Type, version, codes[i]))
            {
                return Refuse(PacketFault.ProtocolError("SUBACK or UNSUBACK has a reason code of another packet"), out fault); // [MQTT-3.9.3-2]
            }
        }

        if (codes.Length == 0 != (version == MqttProtocolVersion.V311 && frame.Type == PacketType.UnsubAck))
        {
            return Refuse(PacketFault.Malformed("SUBACK or UNSUBACK has not one reason code for each filter"), out fault);
        }

        packet = new SubscribeAcknowledgementPacket(frame.Type)
        {
            PacketIdentifier = packetIdentifier,
            ReasonCodes = codes,
            ReasonString = reasonString,
            UserProperties = userProperties ?? (IReadOnlyList<UserProperty>)[],
        };
        fault = default;
        return true;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        writer.WriteUInt16(PacketIdentifier);
        WriteSizedProperties(ref writer, version);
        if (version == MqttProtocolVersion.V311 && Type == PacketType.UnsubAck)
        {
            return;
        }

        foreach (var code in ReasonCodes)
        {
            writer.WriteByte((byte)(version == MqttProtocolVersion.V311 && code >= ReasonCode.UnspecifiedError ? ReasonCode.UnspecifiedError : code));
        }
    }

    protected override void WriteProperties(ref PacketWriter writer)
    {
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ReasonString, ReasonString);
        PropertyWriter.WriteUserProperties(ref writer, UserProperties);
    }

    private static bool IsAllowed(PacketType type, MqttProtocolVersion version, ReasonCode code) => (type, version) switch
    {
        (PacketType.SubAck, MqttProtocolVersion.V311) => code <= ReasonCode.GrantedQualityOfService2 || code == ReasonCode.UnspecifiedError, // [MQTT-3.9.3-2]
        (PacketType.SubAck, _) => code <= ReasonCode.GrantedQualityOfService2 || code is ReasonCode.UnspecifiedError
            or ReasonCode.ImplementationSpecificError or ReasonCode.NotAuthorized or ReasonCode.TopicFilterInvalid
            or ReasonCode.PacketIdentifierInUse or ReasonCode.QuotaExceeded or ReasonCode.SharedSubscriptionsNotSupported
            or ReasonCode.SubscriptionIdentifiersNotSupported or ReasonCode.WildcardSubscriptionsNotSupported,
        _ => code is ReasonCode.Success or ReasonCode.NoSubscriptionExisted or ReasonCode.UnspecifiedError
            or ReasonCode.ImplementationSpecificError or ReasonCode.NotAuthorized or ReasonCode.TopicFilterInvalid
            or ReasonCode.PacketIdentifierInUse,
    };
}
