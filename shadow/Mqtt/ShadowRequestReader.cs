using Roost.Mqtt;
using Roost.Shadow.Documents;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Mqtt;

/// <summary>Takes requests off the broker. The publisher's acknowledgement waits until its change is durable.</summary>
internal sealed class ShadowRequestReader(ShadowLoop loop, ShadowAnnouncer announcer, ShadowThrottle throttle, TimeProvider clock) : IMessageHandler
{
    public ValueTask Handle(in PublishedMessage message)
    {
        // A retained request was answered when it was published. It must not be done again whenever the daemon starts.
        if (message.Retain || !ShadowTopic.TryParse(message.Topic, out var thing, out var name, out var operation))
        {
            return ValueTask.CompletedTask;
        }

        if (!ShadowId.TryCreate(thing, name, out var id, out var fault))
        {
            Refuse(message.Topic, new ShadowError(400, fault), message.Payload);
            return ValueTask.CompletedTask;
        }

        if (message.Payload.Length > ShadowLimits.MaxRequestBytes)
        {
            Refuse(message.Topic, ShadowError.TooLarge, []);
            return ValueTask.CompletedTask;
        }

        if (!throttle.TryEnter(operation, thing, message.Publisher, ShadowRequest.BytesOf(message.Payload.Length)))
        {
            Refuse(message.Topic, ShadowError.TooManyRequests, message.Payload);
            return ValueTask.CompletedTask;
        }

        var request = new ShadowRequest(id, operation, message.Payload.ToArray(), viaMqtt: true, message.OnBehalfOf is { } who ? ShadowOrigin.OnBehalfOf(who) : ShadowOrigin.Mqtt(message.Publisher)); // the broker's buffer ends with this call
        if (!loop.TryEnqueue(request))
        {
            throttle.Leave(thing, message.Publisher, request.Bytes);
            Refuse(message.Topic, ShadowError.TooManyRequests, message.Payload);
            return ValueTask.CompletedTask;
        }

        return new ValueTask(AcknowledgeAsync(request, message.Publisher));
    }

    private async Task AcknowledgeAsync(ShadowRequest request, string? client)
    {
        var answer = await request.Answer;
        throttle.Leave(request.Id.Thing, client, request.Bytes);
        if (answer.WasNotKept)
        {
            throw new MqttPublishRefusedException($"The change of shadow '{request.Id}' could not be stored.")
            {
                ReasonCode = answer.Error?.Code == ShadowError.Unavailable ? ReasonCode.QuotaExceeded : null, // as for any message that a full disk does not take
            };
        }
    }

    private void Refuse(TopicName request, ShadowError fault, ReadOnlySpan<byte> body)
    {
        if (TopicName.TryParse(request.Value + "/rejected", out var topic))
        {
            var token = RequestReader.ReadToken(body).ClientToken;
            announcer.Publish(topic, MessageWriter.Rejected(fault, clock.GetUtcNow().ToUnixTimeSeconds(), token));
        }
    }
}
