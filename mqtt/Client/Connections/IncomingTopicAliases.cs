using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>The server's short numbers for topics on one connection.</summary>
/// <param name="maximum">What was announced in CONNECT.</param>
internal sealed class IncomingTopicAliases(int maximum)
{
    private readonly Dictionary<ushort, TopicName> _topics = [];

    public bool TryResolve(in PublishView publish, out TopicName topic, out PacketFault fault)
    {
        fault = default;
        topic = publish.Topic.IsEmpty ? default : TopicName.Parse(MqttText.ToText(publish.Topic));
        if (publish.TopicAlias == 0)
        {
            return true;
        }

        if (publish.TopicAlias > maximum)
        {
            fault = new PacketFault(ReasonCode.TopicAliasInvalid, "the server uses a Topic Alias above the maximum that was announced"); // [MQTT-3.1.2-26], [MQTT-3.1.2-27]
            return false;
        }

        if (publish.Topic.IsEmpty)
        {
            if (_topics.TryGetValue(publish.TopicAlias, out topic))
            {
                return true;
            }

            fault = PacketFault.ProtocolError("the server uses a Topic Alias that it has not set");
            return false;
        }

        _topics[publish.TopicAlias] = topic;
        return true;
    }
}
