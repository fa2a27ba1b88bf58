using System.Collections.Concurrent;
using Roost.Mqtt;

namespace Roost.LocalLambda.Tests;

/// <summary>The contract of <see cref="IMqttBroker"/> without a protocol: every message goes to the handlers whose filter matches.</summary>
internal sealed class LoopbackBroker : IMqttBroker
{
    private readonly ConcurrentDictionary<Guid, (TopicFilter Filter, IMessageHandler Handler)> _subscriptions = new();

    public ConcurrentQueue<MqttMessage> Published { get; } = new();

    /// <summary>How many of the next messages it refuses to keep.</summary>
    public int Refusals { get; set; }

    public async ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        if (Refusals > 0)
        {
            Refusals--;
            throw new MqttPublishRefusedException("The message could not be kept: the disk is full");
        }

        Published.Enqueue(message);
        foreach (var (filter, handler) in _subscriptions.Values.Where(subscription => subscription.Filter.Matches(message.Topic)))
        {
            await handler.Handle(new PublishedMessage(message.Topic, message.Payload.Span, message.QualityOfService, false, publisher: null, message.Properties));
        }
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default)
    {
        var key = Guid.NewGuid();
        _subscriptions[key] = (filter, handler);
        return ValueTask.FromResult<IAsyncDisposable>(new Subscription(() => _subscriptions.TryRemove(key, out _)));
    }

    private sealed class Subscription(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}
