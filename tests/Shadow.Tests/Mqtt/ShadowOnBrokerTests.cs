using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Shadow.Tests.Mqtt;

/// <summary>The room on the real broker, asked by a real client over a loopback socket, as the SDKs do it.</summary>
internal sealed class ShadowOnBrokerTests
{
    private readonly Channel<(string Topic, string Body)> _received = Channel.CreateUnbounded<(string Topic, string Body)>();
    private ShadowHost _host = null!;
    private ServiceProvider _services = null!;
    private MqttBroker _broker = null!;
    private ShadowService _shadows = null!;
    private MqttClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _host = await ShadowHost.StartAsync();
        await _host.Service.StopAsync(CancellationToken.None); // only its folder and clock are wanted here
        _services = new ServiceCollection().AddLogging().AddMqttBroker()
            .Configure<MqttOptions>(options => options.Listeners = [new MqttListenerOptions { Address = "127.0.0.1", Port = 0 }])
            .BuildServiceProvider();
        _broker = _services.GetRequiredService<MqttBroker>();
        await _broker.StartAsync();
        _shadows = _host.Create(_broker);
        await _shadows.StartAsync(CancellationToken.None);
        var endPoint = (await _broker.OpenListenersAsync())[0];
        _client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = endPoint.Port })
        {
            MessageHandler = (message, closing) => _received.Writer.WriteAsync((message.Message.Topic.Value, Encoding.UTF8.GetString(message.Message.Payload.Span)), closing),
        };
        await _client.ConnectAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _client.DisposeAsync();
        await _shadows.DisposeAsync();
        await _services.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_client_with_wildcard_subscriptions_gets_the_answers_and_nothing_else(CancellationToken limit)
    {
        // The filters of the SDK's request-response client.
        foreach (var filter in new[] { "get/+", "delete/+", "update/accepted", "update/rejected", "update/delta", "update/documents" })
        {
            await _client.SubscribeAsync(TopicFilter.Parse($"$aws/things/T/shadow/name/S/{filter}"), QualityOfService.AtLeastOnce, cancellationToken: limit);
        }

        await Send("get", """{"clientToken":"1"}""", limit);
        Assert.That(await Next(limit), Is.EqualTo(("get/rejected", """{"clientToken":"1","code":404,"message":"No shadow exists with name: 'S'"}""")));
        await Send("update", """{"state":{"desired":{"a":1}},"clientToken":"2"}""", limit);
        Assert.That((await Next(limit)).Suffix, Is.EqualTo("update/accepted"));
        Assert.That((await Next(limit)).Suffix, Is.EqualTo("update/delta"));
        Assert.That((await Next(limit)).Suffix, Is.EqualTo("update/documents"));
        await Send("delete", """{"clientToken":"3"}""", limit);
        Assert.That(await Next(limit), Is.EqualTo(("delete/accepted", $"{{\"version\":1,\"timestamp\":{_host.Now},\"clientToken\":\"3\"}}")));
        await Send("get", """{"clientToken":"4"}""", limit);
        Assert.That((await Next(limit)).Body, Does.Contain("\"clientToken\":\"4\""));
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Two_hundred_updates_in_flight_are_answered_version_by_version(CancellationToken limit)
    {
        await _client.SubscribeAsync(TopicFilter.Parse("$aws/things/T/shadow/name/S/update/accepted"), QualityOfService.AtLeastOnce, cancellationToken: limit);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Send("update", $"{{\"state\":{{\"reported\":{{\"n\":{i}}}}}}}", limit)));

        for (var version = 1; version <= 200; version++)
        {
            Assert.That(Json.Long((await Next(limit)).Body, "version"), Is.EqualTo(version));
        }
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_request_is_answered_once_at_every_QoS_and_with_RETAIN([Values] QualityOfService quality, [Values] bool retain, CancellationToken limit)
    {
        await _client.SubscribeAsync(TopicFilter.Parse("$aws/things/T/shadow/name/S/update/accepted"), QualityOfService.AtLeastOnce, cancellationToken: limit);
        for (var version = 1; version <= 2; version++)
        {
            var request = new MqttMessage { Topic = TopicName.Parse("$aws/things/T/shadow/name/S/update"), Payload = Some.Utf8("""{"state":{}}"""), QualityOfService = quality, Retain = retain };
            await _client.PublishAsync(request, limit);

            Assert.That(Json.Long((await Next(limit)).Body, "version"), Is.EqualTo(version));
        }
    }

    private Task Send(string operation, string body, CancellationToken limit) => _client.PublishAsync(
        new MqttMessage { Topic = TopicName.Parse($"$aws/things/T/shadow/name/S/{operation}"), Payload = Encoding.UTF8.GetBytes(body), QualityOfService = QualityOfService.AtLeastOnce }, limit).AsTask();

    private async Task<(string Suffix, string Body)> Next(CancellationToken limit)
    {
        var (topic, body) = await _received.Reader.ReadAsync(limit);
        return (topic["$aws/things/T/shadow/name/S/".Length..], body);
    }
}
