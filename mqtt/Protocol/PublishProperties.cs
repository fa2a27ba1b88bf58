namespace Roost.Mqtt.Protocol;

/// <summary>The properties of PUBLISH and of wills between their bytes and <see cref="MqttMessageProperties"/>.</summary>
internal static class PublishProperties
{
    /// <summary>Bytes of the properties of a received, checked PUBLISH as they go to a subscriber.</summary>
    /// <param name="expirySeconds">What is left of the Message Expiry Interval; null when the message does not expire.</param>
    /// <param name="subscriptionIdentifiers">Of the subscriptions that matched [MQTT-3.3.4-3], [MQTT-3.3.4-4].</param>
    public static int GetForwardedSize(ReadOnlySpan<byte> received, uint? expirySeconds, ReadOnlySpan<int> subscriptionIdentifiers)
    {
        var counter = default(PacketWriter);
        WriteForwarded(ref counter, received, expirySeconds, subscriptionIdentifiers);
        return counter.Position;
    }

    /// <returns>Bytes written: what <see cref="GetForwardedSize"/> says.</returns>
    public static int WriteForwarded(
        Span<byte> destination, ReadOnlySpan<byte> received, uint? expirySeconds, ReadOnlySpan<int> subscriptionIdentifiers)
    {
        var writer = new PacketWriter(destination);
        WriteForwarded(ref writer, received, expirySeconds, subscriptionIdentifiers);
        return writer.Position;
    }

    /// <summary>
    /// Null when no property concerns the application. Topic Alias and Subscription Identifiers are the connection's own and left out.
    /// </summary>
    /// <param name="checkedProperties">The properties of a packet that was read without a fault.</param>
    public static MqttMessageProperties? Read(ReadOnlySpan<byte> checkedProperties)
    {
        if (checkedProperties.IsEmpty)
        {
            return null;
        }

        var builder = default(Builder);
        var reader = new PropertyReader(checkedProperties, PacketType.Publish);
        while (reader.MoveNext())
        {
            builder.Take(reader);
        }

        return builder.ToProperties();
    }

    /// <summary>Writes what the application gave, in the order of the identifiers.</summary>
    public static void Write(ref PacketWriter writer, MqttMessageProperties? properties)
    {
        if (properties is null)
        {
            return;
        }

        if (properties.PayloadIsUtf8)
        {
            PropertyWriter.WriteFlag(ref writer, PropertyIdentifier.PayloadFormatIndicator, true);
        }

        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.MessageExpiryInterval, ToSeconds(properties.MessageExpiryInterval));
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ContentType, properties.ContentType);
        PropertyWriter.WriteText(ref writer, PropertyIdentifier.ResponseTopic, properties.ResponseTopic?.Value);
        PropertyWriter.WriteBinary(ref writer, PropertyIdentifier.CorrelationData, properties.CorrelationData);
        PropertyWriter.WriteUserProperties(ref writer, properties.UserProperties);
    }

    /// <summary>A part of a second counts as a whole one: a message is not to expire before its time. Longer than the wire can say is the longest.</summary>
    public static uint? ToSeconds(TimeSpan? interval) =>
        interval is { } value ? (uint)Math.Clamp(Math.Ceiling(value.TotalSeconds), 0, uint.MaxValue) : null;

    private static void WriteForwarded(
        ref PacketWriter writer, ReadOnlySpan<byte> received, uint? expirySeconds, ReadOnlySpan<int> subscriptionIdentifiers)
    {
        PropertyWriter.WriteUInt32(ref writer, PropertyIdentifier.MessageExpiryInterval, expirySeconds);
        foreach (var identifier in subscriptionIdentifiers)
        {
            writer.WriteByte((byte)PropertyIdentifier.SubscriptionIdentifier);
            writer.WriteVariableByteInteger(identifier);
        }

        var reader = new PropertyReader(received, PacketType.Publish);
        while (reader.MoveNext())
        {
            switch (reader.Identifier)
            {
                case PropertyIdentifier.TopicAlias or PropertyIdentifier.MessageExpiryInterval or PropertyIdentifier.SubscriptionIdentifier:
                    break;
                case PropertyIdentifier.PayloadFormatIndicator:
                    PropertyWriter.WriteFlag(ref writer, reader.Identifier, reader.Flag); // [MQTT-3.3.2-4]
                    break;
                case PropertyIdentifier.UserProperty: // [MQTT-3.3.2-17], [MQTT-3.3.2-18] unaltered, in order
                    writer.WriteByte((byte)reader.Identifier);
                    writer.WriteBinary(reader.Name);
                    writer.WriteBinary(reader.Bytes);
                    break;
                default: // [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-20] unaltered
                    writer.WriteByte((byte)reader.Identifier);
                    writer.WriteBinary(reader.Bytes);
                    break;
            }
        }
    }

    /// <summary>Collects the properties that an application sees.</summary>
    internal struct Builder
    {
        private MqttMessageProperties? _properties;
        private List<UserProperty>? _userProperties;

        /// <returns>False when the property is none of a message's.</returns>
        public bool Take(in PropertyReader property)
        {
            switch (property.Identifier)
            {
                case PropertyIdentifier.PayloadFormatIndicator:
                    _properties = (_properties ?? new()) with { PayloadIsUtf8 = property.Flag };
                    return true;
                case PropertyIdentifier.MessageExpiryInterval:
                    _properties = (_properties ?? new()) with { MessageExpiryInterval = TimeSpan.FromSeconds(property.Number) };
                    return true;
                case PropertyIdentifier.ContentType:
                    _properties = (_properties ?? new()) with { ContentType = property.Text };
                    return true;
                case PropertyIdentifier.ResponseTopic:
                    _properties = (_properties ?? new()) with { ResponseTopic = TopicName.Parse(property.Text) };
                    return true;
                case PropertyIdentifier.CorrelationData:
                    _properties = (_properties ?? new()) with { CorrelationData = property.Bytes.ToArray() };
                    return true;
                case PropertyIdentifier.UserProperty:
                    (_userProperties ??= []).Add(property.UserProperty);
                    return true;
                default:
                    return false;
            }
        }

        public readonly MqttMessageProperties? ToProperties() =>
            _userProperties is null ? _properties : (_properties ?? new()) with { UserProperties = _userProperties };
    }
}
