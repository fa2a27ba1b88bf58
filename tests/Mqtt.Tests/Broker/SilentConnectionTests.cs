namespace Roost.Mqtt.Tests.Broker;

/// <summary>Whoever opens connections and says nothing on them. A listener accepts in the order in which they came.</summary>
public sealed class SilentConnectionTests
{
    [Test]
    public async Task Silent_connections_from_beyond_this_machine_give_way_to_others()
    {
        await using var broker = await StartAsync(static options => options.Limits.MaxConnections = 3);
        using var first = await RawClient.OpenAsync(broker.Port);
        using var second = await RawClient.OpenAsync(broker.Port);
        using var third = await RawClient.OpenAsync(broker.Port);

        using var known = await RawClient.ConnectAsync(broker.Port, RawClient.Connect("robot"));
        await first.ExpectCloseAsync();
        using var owner = await RawClient.ConnectAsync(broker.Open[1].Port, RawClient.Connect("owner"));
        await second.ExpectCloseAsync();
        using var other = await RawClient.ConnectAsync(broker.Port, RawClient.Connect("other"));
        await third.ExpectCloseAsync();

        using var late = await RawClient.OpenAsync(broker.Port);
        await late.ExpectCloseAsync(); // who has sent CONNECT stays
        Assert.That((await broker.Broker.GetStatisticsAsync()).ConnectedClients, Is.EqualTo(3));
    }

    [Test]
    public async Task Those_of_a_full_listener_give_way_on_that_listener()
    {
        await using var broker = await StartAsync(static options => options.Listeners[0].Limits.MaxConnections = 1);
        using var silent = await RawClient.OpenAsync(broker.Port);

        using var known = await RawClient.ConnectAsync(broker.Port, RawClient.Connect("robot"));
        await silent.ExpectCloseAsync();
    }

    /// <summary>The first listener is not of this machine alone, the second is.</summary>
    private static Task<TestBroker> StartAsync(Action<MqttOptions> configure) => TestBroker.StartAsync(options =>
    {
        options.Listeners[0].Address = "0.0.0.0";
        options.Listeners[0].Anonymous = true;
        options.Listeners.Add(new MqttListenerOptions { Port = 0 });
        configure(options);
    });
}
