using System.Text;
using Roost.Mqtt;

namespace Roost.LocalLambda.Host;

/// <summary>A broker without clients: what is published is printed, and nothing comes.</summary>
internal sealed class DeafBroker : IMqttBroker
{
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        Console.WriteLine($"answer {Encoding.UTF8.GetString(message.Payload.Span)}");
        return ValueTask.CompletedTask;
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IAsyncDisposable>(new Subscription());

    private sealed class Subscription : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
