namespace Roost.Mqtt.Protocol;

/// <summary>The properties of CONNECT as they are read (MQTT 5 section 3.1.2.11).</summary>
internal sealed record ConnectProperties
{
    public uint? SessionExpirySeconds { get; private set; }

    public ushort? ReceiveMaximum { get; private set; }

    public uint? MaximumPacketSize { get; private set; }

    public ushort? TopicAliasMaximum { get; private set; }

    public bool RequestResponseInformation { get; private set; }

    public bool RequestProblemInformation { get; private set; } = true;

    public string? AuthenticationMethod { get; private set; }

    public ReadOnlyMemory<byte>? AuthenticationData { get; private set; }

    public List<UserProperty> UserProperties { get; } = [];

    public static bool TryRead(ReadOnlySpan<byte> bytes, out ConnectProperties properties, out PacketFault fault)
    {
        properties = new ConnectProperties();
        var reader = new PropertyReader(bytes, PacketType.Connect);
        while (reader.MoveNext())
        {
            properties.Take(reader);
        }

        fault = reader.Fault;
        if (fault == default && properties is { AuthenticationData: not null, AuthenticationMethod: null })
        {
            fault = PacketFault.ProtocolError("CONNECT has Authentication Data without a method"); // section 3.1.2.11.10
        }

        return fault == default;
    }

    private void Take(in PropertyReader property)
    {
        switch (property.Identifier)
        {
            case PropertyIdentifier.SessionExpiryInterval:
                SessionExpirySeconds = property.Number;
                break;
            case PropertyIdentifier.ReceiveMaximum:
                ReceiveMaximum = (ushort)property.Number;
                break;
            case PropertyIdentifier.MaximumPacketSize:
                MaximumPacketSize = property.Number;
                break;
            case PropertyIdentifier.TopicAliasMaximum:
                TopicAliasMaximum = (ushort)property.Number;
                break;
            case PropertyIdentifier.RequestResponseInformation:
                RequestResponseInformation = property.Flag;
                break;
            case PropertyIdentifier.RequestProblemInformation:
                RequestProblemInformation = property.Flag;
                break;
            case PropertyIdentifier.AuthenticationMethod:
                AuthenticationMethod = property.Text;
                break;
            case PropertyIdentifier.AuthenticationData:
                AuthenticationData = property.Bytes.ToArray();
                break;
            case PropertyIdentifier.UserProperty:
                UserProperties.Add(property.UserProperty);
                break;
        }
    }
}
