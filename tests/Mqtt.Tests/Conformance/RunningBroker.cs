using Microsoft.Extensions.DependencyInjection;

namespace Roost.Mqtt.Tests.Conformance;

/// <summary>A broker of the test's own on a free loopback port, in memory.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private RunningBroker(ServiceProvider services) => _services = services;

    public int Port { get; private set; }

    public MqttBroker Broker => _services.GetRequiredService<MqttBroker>();

    public static async Task<RunningBroker> StartAsync(Action<MqttOptions>? configure = null)
    {
        var services = new ServiceCollection().AddLogging().AddMqttBroker().Configure<MqttOptions>(options =>
        {
            options.Listeners = [new MqttListenerOptions { Port = 0 }];
            configure?.Invoke(options);
        });
        var running = new RunningBroker(services.BuildServiceProvider());
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

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();
}
