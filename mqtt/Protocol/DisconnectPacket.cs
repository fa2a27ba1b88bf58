namespace Roost.Mqtt.Protocol;

/// <summary>DISCONNECT (section 3.14). In 3.1.1 only a client sends it, and it has no body.</summary>
internal sealed class DisconnectPacket : ControlPacket
{
    public override PacketType Type => PacketType.Disconnect;

    public ReasonCode ReasonCode { get; init; }

    /// <summary>From a client only [MQTT-3.14.2-2]; null when absent.</summary>
    public uint? SessionExpirySeconds { get; init; }

    public string? ReasonString { get; init; }

    public string? ServerReference { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    public static bool TryRead(
        in PacketFrame frame, MqttProtocolVersion version, PacketSender sender, out DisconnectPacket? packet, out PacketFault fault)
    {
        packet = null;
        if (version == MqttProtocolVersion.V311 && (sender == PacketSender.Server || !frame.Body.IsEmpty))
        {
            return Refuse(PacketFault.Malformed("DISCONNECT has a body, or comes from a 3.1.1 server"), out fault);
        }

        var reader = new PacketReader(frame.Body);
        var reasonCode = ReasonCode.Success; // absent with a body shorter than 1 (section 3.14.2.1)
        if (reader.TryReadByte(out var code))
        {
            reasonCode = (ReasonCode)code;
        }

        if (!IsAllowed(sender, reasonCode))
        {
            return Refuse(PacketFault.ProtocolError("DISCONNECT has a reason code of another packet"), out fault); // [MQTT-3.14.2-1]
        }

        ReadOnlySpan<byte> properties = default;
        if (!reader.AtEnd && (!reader.TryReadProperties(version, out properties) || !reader.AtEnd))
        {
            return Refuse(PacketFault.Malformed("the Property Length does not fit the packet"), out fault);
        }

        uint? expiry = null;
        string? reasonString = null;
        string? reference = null;
        List<UserProperty>? userProperties = null;
        var propertyReader = new PropertyReader(properties, PacketType.Disconnect);
        while (propertyReader.MoveNext())
        {
            switch (propertyReader.Identifier)
            {
                case PropertyIdentifier.SessionExpiryInterval when sender == PacketSender.Server:
                    return Refuse(PacketFault.ProtocolError("a server's DISCONNECT has a Session Expiry Interval"), out fault); // [MQTT-3.14.2-2]
                case PropertyIdentifier.SessionExpiryInterval:
                    expiry = propertyReader.Number;
                    break;
                case PropertyIdentifier.ReasonString:
                    reasonString = propertyReader.Text;
                    break;
                case PropertyIdentifier.ServerReference:
                    reference = propertyReader.Text;
                    break;
                default:
                    (userProperties ??= []).Add(propertyReader.UserProperty);
                    break;
            }
        }

        if (propertyReader.Fault != default)
        {
            return Refuse(propertyReader.Fault, out fault);
        }

        packet = new DisconnectPacket
        {
            ReasonCode = reasonCode,
            SessionExpirySeconds = expiry,
            ReasonString = reasonString,
            ServerReference = reference,
            UserProperties = userProperties ?? (IReadOnlyList<UserProperty>)[],
        };
        fault = default;
        return true;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        if (version == MqttProtocolVersion.V311)
        {
            return;
        }

        var hasProperties = SessionExpirySeconds is not null || ReasonString is not null || ServerReference is not null || UserProperties.Count > 0;
        if (hasProperties || ReasonCode != ReasonCode.Success)
        {
            writer.WriteByte((byte)ReasonCode);
        }

        if (hasProperties)
        {
            WriteSizedProperties(ref writer, version);
        }
    }

    protected override void WriteProperties(ref PacketWriter writer)
    {
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.SessionExpiryInterval, SessionExpirySeconds);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ServerReference, ServerReference);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ReasonString, ReasonString);
        PropertyWriter.WriteUserProperties(ref writer, UserProperties);
    }

    /// <summary>Table 3-10: who may send which reason code.</summary>
    private static bool IsAllowed(PacketSender sender, ReasonCode code) => code switch
    {
        ReasonCode.Success or ReasonCode.UnspecifiedError or ReasonCode.MalformedPacket or ReasonCode.ProtocolError
            or ReasonCode.ImplementationSpecificError or ReasonCode.TopicNameInvalid or ReasonCode.ReceiveMaximumExceeded
            or ReasonCode.TopicAliasInvalid or ReasonCode.PacketTooLarge or ReasonCode.MessageRateTooHigh or ReasonCode.QuotaExceeded
            or ReasonCode.AdministrativeAction or ReasonCode.PayloadFormatInvalid => true,
        ReasonCode.DisconnectWithWillMessage => sender == PacketSender.Client,
        ReasonCode.NotAuthorized or ReasonCode.ServerBusy or ReasonCode.ServerShuttingDown or ReasonCode.BadAuthenticationMethod
            or ReasonCode.KeepAliveTimeout or ReasonCode.SessionTakenOver or ReasonCode.TopicFilterInvalid
            or (>= ReasonCode.RetainNotSupported and <= ReasonCode.WildcardSubscriptionsNotSupported) => sender == PacketSender.Server,
        _ => false,
    };
}
