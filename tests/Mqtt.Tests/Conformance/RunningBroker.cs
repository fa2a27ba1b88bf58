using Microsoft.Extensions.DependencyInjection;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>A broker of the test's own on a free loopback port, in memory. Its clock stands still until the test moves it.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private RunningBroker(Action<MqttOptions>? configure) => _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton<TimeProvider>(Clock)
        .AddMqttBroker()
        .Configure<MqttOptions>(options =>
        {
            options.Listeners = [new MqttListenerOptions { Port = 0 }];
            configure?.Invoke(options);
        })
        .BuildServiceProvider();

    public ManualTimeProvider Clock { get; } = new();

    public int Port { get; private set; }

    public MqttBroker Broker => _services.GetRequiredService<MqttBroker>();

    public static async Task<RunningBroker> StartAsync(Action<MqttOptions>? configure = null)
    {
        var running = new RunningBroker(configure);
        await running.Broker.StartAsync();
        running.Port = (await running.Broker.OpenListenersAsync())[0].Port;
        return running;
    }

    public async Task<RawClient> OpenAsync() => await RawClient.OpenAsync(Port);

    /// <summary>A 3.1.1 client that has its CONNACK.</summary>
    public async Task<RawClient> ConnectAsync(string clientIdentifier, bool cleanSession = true, bool sessionPresent = false)
    {
        var client = await OpenAsync();
        await client.SendAsync($"10 {12 + clientIdentifier.Length:X2} 00 04 'MQTT' 04 {(cleanSession ? "02" : "00")} 00 00 {clientIdentifier.Length:X4} '{clientIdentifier}'");
        await client.ExpectAsync(sessionPresent ? "20 02 01 00" : "20 02 00 00");
        return client;
    }

    /// <summary>A 5.0 client that has its CONNACK.</summary>
    /// <param name="properties">Encoded, without their length.</param>
    public async Task<RawClient> ConnectModernAsync(string clientIdentifier, string properties = "", bool cleanStart = true, bool sessionPresent = false)
    {
        var client = await OpenAsync();
        var propertyBytes = Protocol.Reading.Bytes(properties).Length;
        await client.SendAsync(
            $"10 {13 + propertyBytes + clientIdentifier.Length:X2} 00 04 'MQTT' 05 {(cleanStart ? "02" : "00")} 00 00 {propertyBytes:X2} {properties} {clientIdentifier.Length:X4} '{clientIdentifier}'");
        var connAck = await client.ReadPacketAsync("CONNACK");
        Assert.That(connAck[0], Is.EqualTo(0x20));
        Assert.That(Convert.ToHexString(connAck.AsSpan(2, 2)), Is.EqualTo(sessionPresent ? "0100" : "0000"), "session present and reason code");
        return client;
    }

    /// <summary>Moves the broker's clock, and lets it do what has become due.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Broker.TurnAsync();
        await Broker.TurnAsync(); // deadlines are looked at after the post of a turn
    }

    /// <summary>So many clients have a connection: those that left have been noticed.</summary>
    public Task UntilConnectedAsync(int clients) =>
        Eventually.IsTrueAsync(async () => (await Broker.GetStatisticsAsync()).ConnectedClients == clients, $"{clients} clients to be connected");

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();
}
