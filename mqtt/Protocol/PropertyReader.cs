namespace Roost.Mqtt.Protocol;

/// <summary>
/// Walks the properties of one packet and checks each: known, allowed in that packet, not repeated, in bounds. Allocates nothing;
/// spans point into the packet.
/// </summary>
internal ref struct PropertyReader(ReadOnlySpan<byte> properties, PacketType packet)
{
    private PacketReader _reader = new(properties);
    private ulong _seen; // one bit an identifier: the largest is 42

    /// <summary>Set when <see cref="MoveNext"/> ended early; default at the proper end.</summary>
    public PacketFault Fault { get; private set; }

    public PropertyIdentifier Identifier { get; private set; }

    /// <summary>The value of a property that is a number.</summary>
    public uint Number { get; private set; }

    /// <summary>The value of a property that is text or binary; of a User Property, the value.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The name of a User Property.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    public readonly bool Flag => Number != 0;

    public readonly string Text => MqttText.ToText(Bytes);

    public readonly UserProperty UserProperty => new(MqttText.ToText(Name), MqttText.ToText(Bytes));

    /// <returns>False at the end, and at a fault.</returns>
    public bool MoveNext()
    {
        if (_reader.AtEnd)
        {
            return false;
        }

        if (!_reader.TryReadVariableByteInteger(out var identifier))
        {
            return Refuse(PacketFault.Malformed("a property identifier is no variable byte integer"));
        }

        var type = PropertyRules.TypeOf(identifier);
        if (type == PropertyType.None)
        {
            return Refuse(PacketFault.Malformed("a property identifier is unknown"));
        }

        Identifier = (PropertyIdentifier)identifier;
        if (!PropertyRules.IsAllowed(Identifier, packet))
        {
            return Refuse(PacketFault.Malformed("a property is not allowed in this packet")); // section 2.2.2.2
        }

        var bit = 1UL << identifier;
        if ((_seen & bit) != 0 && !PropertyRules.MayRepeat(Identifier, packet))
        {
            return Refuse(PacketFault.ProtocolError("a property is repeated"));
        }

        _seen |= bit;
        return TryReadValue(type) ? ValueIsInBounds() : Refuse(PacketFault.Malformed("a property's value is malformed or cut short"));
    }

    private bool TryReadValue(PropertyType type)
    {
        switch (type)
        {
            case PropertyType.Flag:
                var readByte = _reader.TryReadByte(out var flag);
                Number = flag;
                return readByte;
            case PropertyType.UInt16:
                var readUInt16 = _reader.TryReadUInt16(out var uint16);
                Number = uint16;
                return readUInt16;
            case PropertyType.UInt32:
                var readUInt32 = _reader.TryReadUInt32(out var uint32);
                Number = uint32;
                return readUInt32;
            case PropertyType.VariableByteInteger:
                var readInteger = _reader.TryReadVariableByteInteger(out var integer);
                Number = (uint)integer;
                return readInteger;
            case PropertyType.Binary:
                var readBinary = _reader.TryReadBinary(out var binary);
                Bytes = binary;
                return readBinary;
            case PropertyType.Text:
                var readText = _reader.TryReadUtf8(out var text);
                Bytes = text;
                return readText;
            default:
                var readName = _reader.TryReadUtf8(out var name);
                Name = name;
                var readValue = _reader.TryReadUtf8(out var value);
                Bytes = value;
                return readName && readValue;
        }
    }

    private bool ValueIsInBounds()
    {
        switch (Identifier)
        {
            case PropertyIdentifier.TopicAlias when Number == 0:
                return Refuse(new PacketFault(ReasonCode.TopicAliasInvalid, "the Topic Alias is 0")); // [MQTT-3.3.2-8]
            case PropertyIdentifier.ReceiveMaximum or PropertyIdentifier.MaximumPacketSize or PropertyIdentifier.SubscriptionIdentifier
                when Number == 0:
                return Refuse(PacketFault.ProtocolError("a property that must not be 0 is 0"));
            case PropertyIdentifier.ResponseTopic when !MqttText.IsTopicName(Bytes):
                return Refuse(PacketFault.ProtocolError("the Response Topic is no topic name")); // [MQTT-3.3.2-14]
            default:
                return PropertyRules.TypeOf((int)Identifier) != PropertyType.Flag || Number <= 1
                    || Refuse(PacketFault.ProtocolError("a property that is 0 or 1 has another value"));
        }
    }

    private bool Refuse(PacketFault fault)
    {
        Fault = fault;
        return false;
    }
}
