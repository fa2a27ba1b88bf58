using Roost.Mqtt;

namespace Roost.Shadow.Bench;

/// <summary>Takes every message and has nobody to give it to: what is measured ends where the broker begins.</summary>
internal sealed class NoReaders : IMqttBroker, IAsyncDisposable
{
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default) => new(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
