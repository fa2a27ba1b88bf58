using Roost.LocalLambda.Queue;
using Roost.Mqtt;

namespace Roost.LocalLambda.Sources.Topics;

/// <summary>Feeds the messages of one topic filter to one function. A message at QoS 1 or 2 is acknowledged once it is durable in the function's queue.</summary>
internal sealed class TopicSource(string function, TopicFilter filter, IMqttBroker broker, IFunctionInvoker invoker, Metrics metrics) : IEventSource, IMessageHandler
{
    private IAsyncDisposable? _subscription;

    public async Task StartAsync() => _subscription = await broker.SubscribeAsync(filter, this);

    public ValueTask DisposeAsync() => _subscription?.DisposeAsync() ?? ValueTask.CompletedTask;

    public ValueTask Handle(in PublishedMessage message)
    {
        var kept = message is { Publisher: not null, Properties: { } properties }
            ? invoker.EnqueueAsync(function, new PublishedMessage(
                message.Topic, message.Payload, message.QualityOfService, message.Retain, message.Publisher, WithoutRoutes(properties)))
            : invoker.EnqueueAsync(function, message);
        if (message.QualityOfService != QualityOfService.AtMostOnce)
        {
            return kept;
        }

        _ = CountAsync(kept);
        return ValueTask.CompletedTask;
    }

    /// <summary>Which routes a message has passed is the daemon's own word: a client could keep the answer from being routed.</summary>
    private static MqttMessageProperties WithoutRoutes(MqttMessageProperties properties) => properties with
    {
        UserProperties = [.. properties.UserProperties.Where(property => property.Name != QueuedInvocation.RoutesProperty)],
    };

    /// <summary>Nobody waits for a message at QoS 0; when it is lost, a counter tells.</summary>
    private async Task CountAsync(ValueTask kept)
    {
        try
        {
            await kept;
        }
        catch (Exception)
        {
            // Full, too large, stopping, a broken disk: for a message that nobody acknowledges it comes to the same.
            metrics.MessageRefused(function);
        }
    }
}
