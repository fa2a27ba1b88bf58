using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Tests;

/// <summary>A subscriber of any server, with a session that the server keeps while they are apart; has the numbers that arrived, in their order.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentQueue<int> _numbers = new();
    private readonly MqttClient _client;

    private Collector(int port, MqttProtocolVersion version)
    {
        _client = new MqttClient(new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = port,
            ProtocolVersion = version,
            ClientIdentifier = "collector",
            CleanStart = false,
            SessionExpiryInterval = TimeSpan.FromHours(1),
            ReconnectDelay = TimeSpan.FromMilliseconds(50),
            ReconnectDelayMax = TimeSpan.FromMilliseconds(200),
        });
        _client.MessageHandler = (received, _) =>
        {
            _numbers.Enqueue(Some.NumberOf(received.Message.Payload));
            return ValueTask.CompletedTask;
        };
    }

    public List<int> Numbers => [.. _numbers];

    public static async Task<Collector> StartAsync(int port, MqttProtocolVersion version = MqttProtocolVersion.V311)
    {
        var collector = new Collector(port, version);
        await collector._client.ConnectAsync();
        await collector._client.SubscribeAsync(TopicFilter.Parse("#"));
        return collector;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
