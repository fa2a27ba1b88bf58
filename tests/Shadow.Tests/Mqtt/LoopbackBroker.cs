using System.Collections.Concurrent;
using System.Text;
using Roost.Mqtt;

namespace Roost.Shadow.Tests.Mqtt;

/// <summary>A broker reduced to routing: one message after the other, straight to the readers. Remembers all that was published.</summary>
internal sealed class LoopbackBroker : IMqttBroker
{
    private readonly Lock _gate = new();
    private readonly List<(TopicFilter Filter, IMessageHandler Handler)> _subscriptions = [];

    public ConcurrentQueue<MqttMessage> Published { get; } = new();

    /// <summary>What a publish is answered with when set, after it was routed.</summary>
    public Exception? Fault { get; set; }

    public int Subscriptions => _subscriptions.Count;

    public async ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        Task[] acknowledged;
        lock (_gate)
        {
            Published.Enqueue(message);
            acknowledged = [.. _subscriptions.Where(entry => entry.Filter.Matches(message.Topic)).Select(entry => entry.Handler.Handle(
                new PublishedMessage(message.Topic, message.Payload.Span, message.QualityOfService, message.Retain, null, message.Properties)).AsTask())];
        }

        await Task.WhenAll(acknowledged);
        if (Fault is { } fault)
        {
            throw fault;
        }
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default)
    {
        _subscriptions.Add((filter, handler));
        return ValueTask.FromResult<IAsyncDisposable>(new Subscription(() => _subscriptions.Remove((filter, handler))));
    }

    /// <summary>Publishes as a client would and waits for the acknowledgement.</summary>
    public Task Send(string topic, string body) =>
        PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Payload = Encoding.UTF8.GetBytes(body), QualityOfService = QualityOfService.AtLeastOnce }).AsTask();

    /// <summary>Bodies published to a topic so far.</summary>
    public IReadOnlyList<string> On(string topic) =>
        [.. Published.Where(message => message.Topic.Value == topic).Select(message => Encoding.UTF8.GetString(message.Payload.Span))];

    /// <summary>The last levels of all topics published to that match, in order.</summary>
    public IReadOnlyList<string> Topics(string filter) =>
        [.. Published.Where(message => TopicFilter.Parse(filter).Matches(message.Topic)).Select(message => message.Topic.Value)];

    private sealed class Subscription(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}
