using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Shadow.Documents;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Mqtt;

/// <summary>
/// Publishes answers and announcements, always at QoS 1, so that each subscriber gets them at the QoS it asked for. The order for
/// one update is accepted, delta, documents; updates of one shadow follow each other by version.
/// </summary>
/// <remarks>
/// Nothing waits for these messages: a durable reader of them may itself wait for a shadow update, and a wait here would then be for ever.
/// </remarks>
internal sealed class ShadowAnnouncer(IMqttBroker broker, ShadowMetrics metrics, ILogger logger) : IShadowAnnouncer
{
    public void Succeeded(ShadowRequest request, ShadowMessages messages)
    {
        if (request.Operation == ShadowOperation.Get && !request.ViaMqtt)
        {
            return; // a read over REST concerns nobody else
        }

        Publish(ShadowTopic.Answer(request.Id, request.Operation, "accepted"), messages.Accepted);
        if (messages.Delta is { } delta)
        {
            Publish(ShadowTopic.Answer(request.Id, request.Operation, "delta"), delta);
        }

        if (messages.Documents is { } documents)
        {
            Publish(ShadowTopic.Answer(request.Id, request.Operation, "documents"), documents);
        }
    }

    public void Refused(ShadowRequest request, byte[] errorDocument)
    {
        if (request.ViaMqtt) // a refusal over REST is not published, as in the cloud
        {
            Publish(ShadowTopic.Answer(request.Id, request.Operation, "rejected"), errorDocument);
        }
    }

    public void Publish(TopicName topic, byte[] body) =>
        _ = PublishAsync(new MqttMessage { Topic = topic, Payload = body, QualityOfService = QualityOfService.AtLeastOnce });

    private async Task PublishAsync(MqttMessage message)
    {
        try
        {
            await broker.PublishAsync(message);
        }
        catch (Exception exception) // whatever kept the broker from taking it: nobody else sees this task
        {
            metrics.NotAnnounced();
            logger.NotAnnounced(message.Topic.Value, exception);
        }
    }
}
