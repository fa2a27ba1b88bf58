using Microsoft.Extensions.Options;

namespace Roost.Mqtt.Tests.Broker;

public sealed class ListenerTests
{
    [Test]
    public async Task A_port_in_use_is_reported_with_address_port_and_remedy()
    {
        await using var first = await TestBroker.StartAsync();

        Assert.That(
            async () => await TestBroker.StartAsync(options => options.Listeners[0].Port = first.Port),
            Throws.TypeOf<MqttListenerException>().With.Message.Contains($"127.0.0.1 port {first.Port}").And.Message.Contains("another program listens there"));
    }

    [Test]
    public async Task A_listener_that_takes_no_anonymous_clients_says_so()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Listeners[0].Anonymous = false);
        using var client = await RawClient.OpenAsync(broker.Port);

        await client.SendAsync(RawClient.Connect("c"));

        await client.ExpectAsync("20 02 00 05");
        await client.ExpectCloseAsync();
    }

    [Test]
    public void All_faults_of_the_options_are_reported_at_once()
    {
        var options = new MqttOptions { Listeners = [new MqttListenerOptions { Address = "localhost", Port = 70_000 }] };
        options.Limits.MaxPacketBytes = 1;

        var result = new MqttOptionsValidator().Validate(Options.DefaultName, options);

        Assert.That(result.Failures, Has.Exactly(3).Items);
        Assert.That(result.FailureMessage, Does.Contain("Mqtt:Listeners:0:Address").And.Contain("Mqtt:Listeners:0:Port").And.Contain("Mqtt:Limits:MaxPacketBytes is 1; use 128 to 256MiB."));
    }
}
