using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Provisioning;

/// <summary>A broker that hands messages to readers in this process, and keeps what they publish.</summary>
internal sealed class NotedBroker : IMqttBroker
{
    private readonly ConcurrentBag<(TopicFilter Filter, IMessageHandler Handler)> _readers = [];
    private readonly Channel<MqttMessage> _published = Channel.CreateUnbounded<MqttMessage>();

    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        _published.Writer.TryWrite(message);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default)
    {
        _readers.Add((filter, handler));
        return ValueTask.FromResult<IAsyncDisposable>(new Nothing());
    }

    /// <summary>A message of a client, as the broker's loop gives it to readers.</summary>
    public void Send(ConnectedClient client, string topic, ReadOnlySpan<byte> payload, bool retain = false)
    {
        var name = TopicName.Parse(topic);
        foreach (var (_, handler) in _readers.Where(reader => reader.Filter.Matches(name)))
        {
            var handled = handler.Handle(new PublishedMessage(name, payload, QualityOfService.AtLeastOnce, retain, client.ClientIdentifier, null) { Client = client });
            Assert.That(handled.IsCompletedSuccessfully, "the loop does not wait");
        }
    }

    public void Send(ConnectedClient client, string topic, string payload) => Send(client, topic, Encoding.UTF8.GetBytes(payload));

    /// <summary>The next message that was published.</summary>
    public async Task<MqttMessage> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _published.Reader.ReadAsync(limit.Token);
    }

    public async Task<JsonElement> AnswerAsync(ConnectedClient client, string topic, string payload)
    {
        Send(client, topic, payload);
        var message = await NextAsync();
        Assert.That(message.OnlyTo, Is.SameAs(client), "nobody else gets it");
        using var document = JsonDocument.Parse(message.Payload);
        var answer = document.RootElement.Clone();
        Assert.That(message.Topic.Value, Is.EqualTo($"{topic}/{(answer.TryGetProperty("errorCode", out _) ? "rejected" : "accepted")}"));
        return answer;
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
