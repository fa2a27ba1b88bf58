using Roost.Mqtt;

namespace Roost.Gateway.Routing;

/// <summary>Publishes the message once more under another topic, with the same payload, quality of service and properties.</summary>
internal sealed class RepublishRoute(int number, TopicFilter from, TopicTemplate to, string target, IMqttBroker broker, ILogger logger, TimeProvider clock)
    : Route(number, from, $"topic {target}", logger, clock)
{
    protected override ValueTask Pass(in PublishedMessage message)
    {
        var trace = RouteTrace.Of(in message);
        if (!RouteTrace.MayPass(trace, Number))
        {
            return Drop("it has passed this route before");
        }

        if (!to.TryRender(message.Topic, out var topic))
        {
            return Drop($"the topic that {message.Topic} leads to is too long");
        }

        if (ReservedTopics.Contains(topic))
        {
            return Drop($"on {topic} only the gateway itself publishes");
        }

        return broker.PublishAsync(new MqttMessage
        {
            Topic = topic,
            Payload = message.Payload.ToArray(),
            QualityOfService = message.QualityOfService,
            Properties = RouteTrace.Extend(message.Properties, trace, Number),
        });
    }
}
