using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class SeveralListenersTests
{
    [Test]
    public async Task Clients_of_all_kinds_of_listeners_share_one_broker()
    {
        using var folder = new TemporaryFolder();
        using var certificates = new TestCertificates();
        await using var broker = await TestBroker.StartAsync(options =>
        {
            options.Listeners.Add(new MqttListenerOptions { Address = "::1", Port = 0 });
            options.Listeners.Add(new MqttListenerOptions { Port = 0, Tls = certificates.Options });
            options.Listeners.Add(new MqttListenerOptions { Socket = folder["mqtt.sock"] });
        });
        var clients = new[]
        {
            await StreamClient.OpenAsync(broker.Open[0].Port),
            await StreamClient.OpenAsync(broker.Open[1].Port, "::1"),
            await StreamClient.OpenTlsAsync(broker.Open[2].Port, certificates.Authority),
            await StreamClient.OpenUnixAsync(folder["mqtt.sock"]),
        };
        for (var i = 0; i < clients.Length; i++)
        {
            await clients[i].SendAsync(RawClient.Connect($"c{i}") + RawClient.Subscribe("a", 0));
            await clients[i].ExpectAsync(StreamClient.ConnAck + "9003000100");
        }

        var message = RawClient.Publish("a", "to all");
        await clients[2].SendAsync(message);

        foreach (var client in clients)
        {
            await client.ExpectAsync(message);
            await client.DisposeAsync();
        }
    }

    [Test]
    public async Task A_limit_holds_for_the_listener_that_has_it()
    {
        using var certificates = new TestCertificates();
        await using var broker = await TestBroker.StartAsync(options =>
            options.Listeners.Add(new MqttListenerOptions { Port = 0, Tls = certificates.Options, Limits = new() { MaxConnections = 1 } }));
        await using var first = await StreamClient.OpenTlsAsync(broker.Open[1].Port, certificates.Authority);
        await using var second = await StreamClient.OpenAsync(broker.Open[1].Port);
        await second.ExpectCloseAsync();

        await using var plain = await StreamClient.OpenAsync(broker.Open[0].Port);
        await plain.SendAsync(RawClient.Connect("c"));
        await plain.ExpectAsync(StreamClient.ConnAck);
    }

    [Test]
    public async Task Nothing_is_open_when_one_cannot_be()
    {
        using var certificates = new TestCertificates();
        var port = FreePort.Next();
        var tls = certificates.Options;
        tls.Key = "/nowhere";

        Assert.That(
            () => TestBroker.StartAsync(options =>
            {
                options.Folder = null;
                options.Listeners[0].Port = port;
                options.Listeners.Add(new MqttListenerOptions { Port = 0, Tls = tls });
            }),
            Throws.Exception.With.Message.Contains("/nowhere"));
        Assert.That(() => StreamClient.OpenAsync(port), Throws.InstanceOf<System.Net.Sockets.SocketException>());
    }
}
