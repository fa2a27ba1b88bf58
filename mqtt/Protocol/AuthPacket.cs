namespace Roost.Mqtt.Protocol;

/// <summary>AUTH (MQTT 5 section 3.15); 3.1.1 has no such packet.</summary>
internal sealed class AuthPacket : ControlPacket
{
    public override PacketType Type => PacketType.Auth;

    public ReasonCode ReasonCode { get; init; }

    /// <summary>Null only for <see cref="ReasonCode.Success"/> without a body.</summary>
    public string? AuthenticationMethod { get; init; }

    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    public string? ReasonString { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    public static bool TryRead(in PacketFrame frame, MqttProtocolVersion version, out AuthPacket? packet, out PacketFault fault)
    {
        packet = null;
        if (version != MqttProtocolVersion.V500)
        {
            return Refuse(PacketFault.Malformed("packet type 15 is reserved in 3.1.1"), out fault);
        }

        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadByte(out var code)) // reason code and properties may be left out for success (section 3.15.2.1)
        {
            packet = new AuthPacket();
            fault = default;
            return true;
        }

        var reasonCode = (ReasonCode)code;
        if (reasonCode is not (ReasonCode.Success or ReasonCode.ContinueAuthentication or ReasonCode.ReAuthenticate))
        {
            return Refuse(PacketFault.ProtocolError("AUTH has a reason code of another packet"), out fault); // [MQTT-3.15.2-1]
        }

        if (!reader.TryReadProperties(version, out var properties) || !reader.AtEnd)
        {
            return Refuse(PacketFault.Malformed("the Property Length does not fit the packet"), out fault);
        }

        string? method = null;
        ReadOnlyMemory<byte>? data = null;
        string? reasonString = null;
        List<UserProperty>? userProperties = null;
        var propertyReader = new PropertyReader(properties, PacketType.Auth);
        while (propertyReader.MoveNext())
        {
            switch (propertyReader.Identifier)
            {
                case PropertyIdentifier.AuthenticationMethod:
                    method = propertyReader.Text;
                    break;
                case PropertyIdentifier.AuthenticationData:
                    data = propertyReader.Bytes.ToArray();
                    break;
                case PropertyIdentifier.ReasonString:
                    reasonString = propertyReader.Text;
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

        if (method is null)
        {
            return Refuse(PacketFault.ProtocolError("AUTH has no Authentication Method"), out fault); // section 3.15.2.2.2
        }

        packet = new AuthPacket
        {
            ReasonCode = reasonCode,
            AuthenticationMethod = method,
            AuthenticationData = data,
            ReasonString = reasonString,
            UserProperties = userProperties ?? (IReadOnlyList<UserProperty>)[],
        };
        fault = default;
        return true;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        if (AuthenticationMethod is null)
        {
            return;
        }

        writer.WriteByte((byte)ReasonCode);
        WriteSizedProperties(ref writer, version);
    }

    protected override void WriteProperties(ref PacketWriter writer)
    {
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.AuthenticationMethod, AuthenticationMethod);
        PropertyWriter.WriteBinary(ref writer, PropertyIdentifier.AuthenticationData, AuthenticationData);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ReasonString, ReasonString);
        PropertyWriter.WriteUserProperties(ref writer, UserProperties);
    }
}
