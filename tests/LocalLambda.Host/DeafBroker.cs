using Roost.Mqtt;

namespace Roost.LocalLambda.Host;

/// <summary>A broker without clients: what is published goes nowhere, and nothing comes.</summary>
internal sealed class DeafBroker : IMqttBroker
{
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IAsyncDisposable>(new Subscription());

    private sealed class Subscription : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
