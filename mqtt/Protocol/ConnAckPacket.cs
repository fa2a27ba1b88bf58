namespace Roost.Mqtt.Protocol;

/// <summary>CONNACK (section 3.2). Null is a property that is absent, and then means what section 3.2.2.3 says.</summary>
internal sealed class ConnAckPacket : ControlPacket
{
    public override PacketType Type => PacketType.ConnAck;

    public bool SessionPresent { get; init; }

    /// <summary>In 3.1.1 the nearest return code, see <see cref="ConnectReturnCode"/>.</summary>
    public ReasonCode ReasonCode { get; init; }

    public uint? SessionExpirySeconds { get; set; }

    public ushort? ReceiveMaximum { get; set; }

    /// <summary>On the wire only when it is below 2.</summary>
    public QualityOfService MaximumQualityOfService { get; set; } = QualityOfService.ExactlyOnce;

    public bool RetainAvailable { get; set; } = true;

    public uint? MaximumPacketSize { get; set; }

    public string? AssignedClientIdentifier { get; set; }

    public ushort? TopicAliasMaximum { get; set; }

    public string? ReasonString { get; set; }

    public bool WildcardSubscriptionAvailable { get; set; } = true;

    public bool SubscriptionIdentifiersAvailable { get; set; } = true;

    public bool SharedSubscriptionAvailable { get; set; } = true;

    /// <summary>Replaces what the client asked for [MQTT-3.2.2-21].</summary>
    public ushort? ServerKeepAliveSeconds { get; set; }

    public string? ResponseInformation { get; set; }

    public string? ServerReference { get; set; }

    public string? AuthenticationMethod { get; set; }

    public ReadOnlyMemory<byte>? AuthenticationData { get; set; }

    public IReadOnlyList<UserProperty> UserProperties { get; set; } = [];

    public static bool TryRead(in PacketFrame frame, MqttProtocolVersion version, out ConnAckPacket? packet, out PacketFault fault)
    {
        packet = null;
        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadByte(out var flags) || !reader.TryReadByte(out var code))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        if (flags > 1)
        {
            return Refuse(PacketFault.Malformed("reserved flags of CONNACK are set"), out fault); // [MQTT-3.2.2-1]
        }

        var reasonCode = (ReasonCode)code;
        if (version == MqttProtocolVersion.V311 && !ConnectReturnCode.TryRead(code, out reasonCode))
        {
            return Refuse(PacketFault.Malformed("CONNACK has an unknown return code"), out fault);
        }

        if (flags == 1 && reasonCode != ReasonCode.Success)
        {
            return Refuse(PacketFault.ProtocolError("CONNACK refuses and has a session"), out fault); // [MQTT-3.2.2-4] (5: [MQTT-3.2.2-6])
        }

        if (version == MqttProtocolVersion.V500 && reasonCode is not (ReasonCode.Success or >= ReasonCode.UnspecifiedError))
        {
            return Refuse(PacketFault.ProtocolError("CONNACK has a reason code of another packet"), out fault); // [MQTT-3.2.2-8]
        }

        if (!reader.TryReadProperties(version, out var properties) || !reader.AtEnd)
        {
            return Refuse(PacketFault.Malformed("CONNACK is longer or shorter than its fields"), out fault);
        }

        var read = new ConnAckPacket { SessionPresent = flags == 1, ReasonCode = reasonCode };
        List<UserProperty>? userProperties = null;
        var propertyReader = new PropertyReader(properties, PacketType.ConnAck);
        while (propertyReader.MoveNext())
        {
            if (propertyReader.Identifier == PropertyIdentifier.UserProperty)
            {
                (userProperties ??= []).Add(propertyReader.UserProperty);
            }
            else
            {
                read.Take(propertyReader);
            }
        }

        read.UserProperties = userProperties ?? read.UserProperties;
        fault = propertyReader.Fault;
        packet = fault == default ? read : null;
        return packet is not null;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        writer.WriteByte(SessionPresent ? (byte)1 : (byte)0);
        writer.WriteByte(version == MqttProtocolVersion.V500 ? (byte)ReasonCode : ConnectReturnCode.From(ReasonCode));
        WriteSizedProperties(ref writer, version);
    }

    protected override void WriteProperties(ref PacketWriter writer)
    {
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.SessionExpiryInterval, SessionExpirySeconds);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.AssignedClientIdentifier, AssignedClientIdentifier);
        PropertyWriter.WriteUInt16(ref writer, PropertyIdentifier.ServerKeepAlive, ServerKeepAliveSeconds);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.AuthenticationMethod, AuthenticationMethod);
        PropertyWriter.WriteBinary(ref writer, PropertyIdentifier.AuthenticationData, AuthenticationData);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ResponseInformation, ResponseInformation);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ServerReference, ServerReference);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ReasonString, ReasonString);
        PropertyWriter.WriteUInt16(ref writer, PropertyIdentifier.ReceiveMaximum, ReceiveMaximum);
        PropertyWriter.WriteUInt16(ref writer, PropertyIdentifier.TopicAliasMaximum, TopicAliasMaximum);
        if (MaximumQualityOfService != QualityOfService.ExactlyOnce)
        {
            PropertyWriter.WriteFlag(
                ref writer, PropertyIdentifier.MaximumQualityOfService, MaximumQualityOfService == QualityOfService.AtLeastOnce);
        }

        WriteUnavailable(ref writer, PropertyIdentifier.RetainAvailable, RetainAvailable);
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.MaximumPacketSize, MaximumPacketSize);
        WriteUnavailable(ref writer, PropertyIdentifier.WildcardSubscriptionAvailable, WildcardSubscriptionAvailable);
        WriteUnavailable(ref writer, PropertyIdentifier.SubscriptionIdentifierAvailable, SubscriptionIdentifiersAvailable);
        WriteUnavailable(ref writer, PropertyIdentifier.SharedSubscriptionAvailable, SharedSubscriptionAvailable);
        PropertyWriter.WriteUserProperties(ref writer, UserProperties);
    }

    private static void WriteUnavailable(ref PacketWriter writer, PropertyIdentifier identifier, bool available) =>
        PropertyWriter.WriteFlag(ref writer, identifier, available ? null : false);

    private void Take(in PropertyReader property)
    {
        switch (property.Identifier)
        {
            case PropertyIdentifier.SessionExpiryInterval:
                SessionExpirySeconds = property.Number;
                break;
            case PropertyIdentifier.AssignedClientIdentifier:
                AssignedClientIdentifier = property.Text;
                break;
            case PropertyIdentifier.ServerKeepAlive:
                ServerKeepAliveSeconds = (ushort)property.Number;
                break;
            case PropertyIdentifier.AuthenticationMethod:
                AuthenticationMethod = property.Text;
                break;
            case PropertyIdentifier.AuthenticationData:
                AuthenticationData = property.Bytes.ToArray();
                break;
            case PropertyIdentifier.ResponseInformation:
                ResponseInformation = property.Text;
                break;
            case PropertyIdentifier.ServerReference:
                ServerReference = property.Text;
                break;
            case PropertyIdentifier.ReasonString:
                ReasonString = property.Text;
                break;
            case PropertyIdentifier.ReceiveMaximum:
                ReceiveMaximum = (ushort)property.Number;
                break;
            case PropertyIdentifier.TopicAliasMaximum:
                TopicAliasMaximum = (ushort)property.Number;
                break;
            case PropertyIdentifier.MaximumQualityOfService:
                MaximumQualityOfService = (QualityOfService)property.Number;
                break;
            case PropertyIdentifier.RetainAvailable:
                RetainAvailable = property.Flag;
                break;
            case PropertyIdentifier.MaximumPacketSize:
                MaximumPacketSize = property.Number;
                break;
            case PropertyIdentifier.WildcardSubscriptionAvailable:
                WildcardSubscriptionAvailable = property.Flag;
                break;
            case PropertyIdentifier.SubscriptionIdentifierAvailable:
                SubscriptionIdentifiersAvailable = property.Flag;
                break;
            case PropertyIdentifier.SharedSubscriptionAvailable:
                SharedSubscriptionAvailable = property.Flag;
                break;
        }
    }
}
