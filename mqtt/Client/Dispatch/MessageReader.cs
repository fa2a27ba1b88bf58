using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Dispatch;

/// <summary>Makes a message that its receiver owns from a PUBLISH that lies in the receive buffer.</summary>
internal static class MessageReader
{
    /// <param name="topic">Of the message, also where the packet has an alias instead.</param>
    public static MqttReceivedMessage Read(in PublishView publish, TopicName topic)
    {
        var message = new MqttMessage
        {
            Topic = topic,
            Payload = publish.Payload.ToArray(), // the one copy: the receive buffer is used again
            QualityOfService = publish.QualityOfService,
            Retain = publish.Retain,
            Properties = PublishProperties.Read(publish.Properties),
        };
        return new MqttReceivedMessage(message, publish.Duplicate) { SubscriptionIdentifiers = ReadSubscriptionIdentifiers(publish.Properties) };
    }

    private static int[] ReadSubscriptionIdentifiers(ReadOnlySpan<byte> checkedProperties)
    {
        List<int>? identifiers = null;
        var reader = new PropertyReader(checkedProperties, PacketType.Publish);
        while (reader.MoveNext())
        {
            if (reader.Identifier == PropertyIdentifier.SubscriptionIdentifier)
            {
                (identifiers ??= []).Add((int)reader.Number);
            }
        }

        return identifiers?.ToArray() ?? [];
    }
}
