using Roost.Mqtt;

namespace Roost.LocalLambda.Bench;

/// <summary>A broker without clients: the functions measured here have no triggers and no answer topics.</summary>
internal sealed class DeafBroker : IMqttBroker
{
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("No function of the benchmark has a trigger.");
}
