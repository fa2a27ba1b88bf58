namespace Roost.Mqtt.Protocol;

/// <summary>CONNECT (section 3.1). What only MQTT 5 has is at its default in 3.1.1.</summary>
internal sealed class ConnectPacket : ControlPacket
{
    private const byte CleanStartFlag = 0b0000_0010;
    private const byte WillFlag = 0b0000_0100;
    private const byte WillRetainFlag = 0b0010_0000;
    private const byte PasswordFlag = 0b0100_0000;
    private const byte UserNameFlag = 0b1000_0000;
    private const byte BridgeFlag = 0b1000_0000; // of the protocol level

    public override PacketType Type => PacketType.Connect;

    public MqttProtocolVersion Version { get; init; } = MqttProtocolVersion.V500;

    /// <summary>
    /// Another broker, which says so by the highest bit of the protocol level. No specification has that; mosquitto's bridges begin with it.
    /// </summary>
    public bool IsBridge { get; init; }

    /// <summary>Empty: the server is to assign one. Whether it does (and, in 3.1.1, only with a clean session) is the server's to judge.</summary>
    public string ClientIdentifier { get; init; } = "";

    /// <summary>Clean Session in 3.1.1.</summary>
    public bool CleanStart { get; init; }

    /// <summary>0 turns keep-alive off.</summary>
    public ushort KeepAliveSeconds { get; init; }

    public string? UserName { get; init; }

    public ReadOnlyMemory<byte>? Password { get; init; }

    public MqttMessage? Will { get; init; }

    public uint WillDelaySeconds { get; init; }

    /// <summary>Null when absent, which means 0; 0xFFFFFFFF is for ever.</summary>
    public uint? SessionExpirySeconds { get; init; }

    public ushort? ReceiveMaximum { get; init; }

    public uint? MaximumPacketSize { get; init; }

    public ushort? TopicAliasMaximum { get; init; }

    public bool RequestResponseInformation { get; init; }

    public bool RequestProblemInformation { get; init; } = true;

    public string? AuthenticationMethod { get; init; }

    public ReadOnlyMemory<byte>? AuthenticationData { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>
    /// The version in which a CONNECT that <see cref="TryRead"/> refused is to be answered: 5 for level 5 and above, else 3.1.1,
    /// also for MQTT 3.1 (<c>MQIsdp</c>, level 3). Null when it is no MQTT at all, and is to get no answer.
    /// </summary>
    public static MqttProtocolVersion? PeekVersion(in PacketFrame frame)
    {
        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadBinary(out var name) || !reader.TryReadByte(out var level) || !(name.SequenceEqual("MQTT"u8) || name.SequenceEqual("MQIsdp"u8)))
        {
            return null;
        }

        return (level & ~BridgeFlag) >= (byte)MqttProtocolVersion.V500 ? MqttProtocolVersion.V500 : MqttProtocolVersion.V311;
    }

    public static bool TryRead(in PacketFrame frame, out ConnectPacket? packet, out PacketFault fault)
    {
        packet = null;
        var reader = new PacketReader(frame.Body);
        if (!reader.TryReadBinary(out var name) || !reader.TryReadByte(out var level))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        var isBridge = (level & BridgeFlag) != 0;
        level &= BridgeFlag - 1;
        var isOldest = name.SequenceEqual("MQIsdp"u8);
        if (!isOldest && !name.SequenceEqual("MQTT"u8))
        {
            return Refuse(PacketFault.Malformed("the protocol name is not MQTT"), out fault); // [MQTT-3.1.2-1]
        }

        if (isOldest || level is not ((byte)MqttProtocolVersion.V311 or (byte)MqttProtocolVersion.V500))
        {
            return Refuse(new PacketFault(ReasonCode.UnsupportedProtocolVersion, "the protocol level is neither 4 nor 5"), out fault); // [MQTT-3.1.2-2]
        }

        var version = (MqttProtocolVersion)level;
        if (!reader.TryReadByte(out var flags) || !reader.TryReadUInt16(out var keepAlive))
        {
            return Refuse(PacketFault.Truncated, out fault);
        }

        if (!FlagsAreValid(flags, version, out fault))
        {
            return false;
        }

        if (!reader.TryReadProperties(version, out var properties))
        {
            return Refuse(PacketFault.Malformed("the Property Length is malformed or longer than the packet"), out fault);
        }

        if (!ConnectProperties.TryRead(properties, out var connectProperties, out fault))
        {
            return false;
        }

        if (!reader.TryReadText(out var clientIdentifier))
        {
            return Refuse(PacketFault.Malformed("the Client Identifier is cut short or not valid UTF-8"), out fault); // [MQTT-3.1.3-4]
        }

        MqttMessage? will = null;
        uint willDelay = 0;
        if ((flags & WillFlag) != 0 && !TryReadWill(ref reader, version, flags, out will, out willDelay, out fault))
        {
            return false;
        }

        string? userName = null;
        if ((flags & UserNameFlag) != 0 && !reader.TryReadText(out userName))
        {
            return Refuse(PacketFault.Malformed("the User Name is cut short or not valid UTF-8"), out fault); // [MQTT-3.1.3-11], [MQTT-3.1.3-12]
        }

        ReadOnlyMemory<byte>? password = null;
        if ((flags & PasswordFlag) != 0)
        {
            if (!reader.TryReadBinary(out var bytes))
            {
                return Refuse(PacketFault.Truncated, out fault);
            }

            password = bytes.ToArray();
        }

        if (!reader.AtEnd)
        {
            return Refuse(PacketFault.Malformed("CONNECT has bytes after its last field"), out fault);
        }

        packet = new ConnectPacket
        {
            Version = version,
            IsBridge = isBridge,
            ClientIdentifier = clientIdentifier,
            CleanStart = (flags & CleanStartFlag) != 0,
            KeepAliveSeconds = keepAlive,
            UserName = userName,
            Password = password,
            Will = will,
            WillDelaySeconds = willDelay,
            SessionExpirySeconds = connectProperties.SessionExpirySeconds,
            ReceiveMaximum = connectProperties.ReceiveMaximum,
            MaximumPacketSize = connectProperties.MaximumPacketSize,
            TopicAliasMaximum = connectProperties.TopicAliasMaximum,
            RequestResponseInformation = connectProperties.RequestResponseInformation,
            RequestProblemInformation = connectProperties.RequestProblemInformation,
            AuthenticationMethod = connectProperties.AuthenticationMethod,
            AuthenticationData = connectProperties.AuthenticationData,
            UserProperties = connectProperties.UserProperties,
        };
        return true;
    }

    protected override void WriteBody(ref PacketWriter writer, MqttProtocolVersion version)
    {
        writer.WriteBinary("MQTT"u8);
        writer.WriteByte((byte)((byte)version | (IsBridge ? BridgeFlag : 0)));
        writer.WriteByte((byte)((CleanStart ? CleanStartFlag : 0)
            | (Will is null ? 0 : WillFlag | ((int)Will.QualityOfService << 3) | (Will.Retain ? WillRetainFlag : 0))
            | (Password is null ? 0 : PasswordFlag)
            | (UserName is null ? 0 : UserNameFlag)));
        writer.WriteUInt16(KeepAliveSeconds);
        WriteSizedProperties(ref writer, version);
        writer.WriteText(ClientIdentifier);
        if (Will is not null)
        {
            if (version == MqttProtocolVersion.V500)
            {
                var counter = default(PacketWriter);
                WriteWillProperties(ref counter);
                writer.WriteVariableByteInteger(counter.Position);
                WriteWillProperties(ref writer);
            }

            writer.WriteText(Will.Topic.Value);
            writer.WriteBinary(Will.Payload.Span);
        }

        if (UserName is not null)
        {
            writer.WriteText(UserName);
        }

        if (Password is { } password)
        {
            writer.WriteBinary(password.Span);
        }
    }

    protected override void WriteProperties(ref PacketWriter writer)
    {
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.SessionExpiryInterval, SessionExpirySeconds);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.AuthenticationMethod, AuthenticationMethod);
        PropertyWriter.WriteBinary(ref writer, PropertyIdentifier.AuthenticationData, AuthenticationData);
        PropertyWriter.WriteFlag(ref writer, PropertyIdentifier.RequestProblemInformation, RequestProblemInformation ? null : false);
        PropertyWriter.WriteFlag(ref writer, PropertyIdentifier.RequestResponseInformation, RequestResponseInformation ? true : null);
        PropertyWriter.WriteUInt16(ref writer, PropertyIdentifier.ReceiveMaximum, ReceiveMaximum);
        PropertyWriter.WriteUInt16(ref writer, PropertyIdentifier.TopicAliasMaximum, TopicAliasMaximum);
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.MaximumPacketSize, MaximumPacketSize);
        PropertyWriter.WriteUserProperties(ref writer, UserProperties);
    }

    private static bool FlagsAreValid(byte flags, MqttProtocolVersion version, out PacketFault fault)
    {
        if ((flags & 1) != 0)
        {
            return Refuse(PacketFault.Malformed("the reserved flag of CONNECT is set"), out fault); // [MQTT-3.1.2-3]
        }

        var willQuality = (flags >> 3) & 0b11;
        if (willQuality == 3)
        {
            return Refuse(PacketFault.Malformed("the Will QoS is 3"), out fault); // [MQTT-3.1.2-14] (5: [MQTT-3.1.2-12])
        }

        if ((flags & WillFlag) == 0 && (willQuality != 0 || (flags & WillRetainFlag) != 0))
        {
            return Refuse(PacketFault.Malformed("CONNECT has Will QoS or Will Retain without a will"), out fault); // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
        }

        // [MQTT-3.1.2-22] in 3.1.1; MQTT 5 allows a password alone (section 3.1.2.9).
        if (version == MqttProtocolVersion.V311 && (flags & PasswordFlag) != 0 && (flags & UserNameFlag) == 0)
        {
            return Refuse(PacketFault.Malformed("CONNECT has a password without a user name"), out fault);
        }

        fault = default;
        return true;
    }

    private static bool TryReadWill(
        ref PacketReader reader, MqttProtocolVersion version, byte flags, out MqttMessage? will, out uint delay, out PacketFault fault)
    {
        will = null;
        delay = 0;
        if (!reader.TryReadProperties(version, out var properties))
        {
            return Refuse(PacketFault.Malformed("the will's Property Length is malformed or longer than the packet"), out fault);
        }

        var builder = default(PublishProperties.Builder);
        var propertyReader = new PropertyReader(properties, PropertyRules.Will);
        while (propertyReader.MoveNext())
        {
            if (!builder.Take(propertyReader))
            {
                delay = propertyReader.Number; // the Will Delay Interval: the only other one that is allowed here
            }
        }

        if (propertyReader.Fault != default)
        {
            return Refuse(propertyReader.Fault, out fault);
        }

        if (!reader.TryReadText(out var topicText) || !reader.TryReadBinary(out var payload))
        {
            return Refuse(PacketFault.Malformed("the will is cut short or its topic not valid UTF-8"), out fault); // [MQTT-3.1.3-10]
        }

        if (!TopicName.TryParse(topicText, out var topic))
        {
            return Refuse(new PacketFault(ReasonCode.TopicNameInvalid, "the topic of the will is no topic name"), out fault);
        }

        will = new MqttMessage
        {
            Topic = topic,
            Payload = payload.ToArray(),
            QualityOfService = (QualityOfService)((flags >> 3) & 0b11),
            Retain = (flags & WillRetainFlag) != 0,
            Properties = builder.ToProperties(),
        };
        fault = default;
        return true;
    }

    private void WriteWillProperties(ref PacketWriter writer)
    {
        PublishProperties.Write(ref writer, Will!.Properties);
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.WillDelayInterval, WillDelaySeconds == 0 ? null : WillDelaySeconds);
    }
}
