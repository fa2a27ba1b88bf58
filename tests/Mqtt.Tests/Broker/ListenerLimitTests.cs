namespace Roost.Mqtt.Tests.Broker;

/// <summary>A listener with limits of its own.</summary>
public sealed class ListenerLimitTests
{
    [Test]
    public async Task A_listener_with_room_for_one_connection_closes_the_second()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Listeners[0].Limits.MaxConnections = 1);
        using var first = await broker.ConnectAsync(RawClient.Connect("a"));
        using var second = await RawClient.OpenAsync(broker.Port);
        await second.ExpectCloseAsync();
    }

    [Test]
    public async Task A_connection_that_went_makes_room_for_another()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Listeners[0].Limits.MaxConnections = 1);
        using (var first = await broker.ConnectAsync(RawClient.Connect("a")))
        {
            await first.SendAsync("E0 00");
            await first.ExpectCloseAsync();
        }

        using var second = await broker.ConnectAsync(RawClient.Connect("b"));
    }

    [Test]
    public void A_limit_of_a_listener_out_of_range_is_named_with_its_place()
    {
        var options = new MqttOptions { Listeners = [new MqttListenerOptions { Limits = new() { ReceiveMax = 0 } }] };

        var result = new MqttOptionsValidator().Validate(null, options);

        Assert.That(result.FailureMessage, Is.EqualTo("Mqtt:Listeners:0:Limits:ReceiveMax is 0; use 1 to 65,535."));
    }
}
