using System.Collections.Concurrent;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Certificates;

/// <summary>Keeps what was published, for tests to look at.</summary>
internal sealed class RecordedBroker : IMqttBroker
{
    private readonly ConcurrentQueue<MqttMessage> _messages = new();

    public IReadOnlyCollection<MqttMessage> Messages => _messages;

    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        _messages.Enqueue(message);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whoever subscribes is handed messages by the test itself.</summary>
    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IAsyncDisposable>(new MemoryStream());
}
