using Microsoft.Extensions.DependencyInjection;
using Roost.Storage;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A broker of a test's own on a loopback port that the system chose.</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestBroker(ServiceProvider services)
    {
        _services = services;
        Broker = services.GetRequiredService<MqttBroker>();
    }

    public MqttBroker Broker { get; }

    public int Port { get; private set; }

    public static async Task<TestBroker> StartAsync(Action<MqttOptions>? configure = null, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        if (clock is not null)
        {
            services.AddSingleton(clock);
        }

        services.AddMqttBroker().Configure<MqttOptions>(options =>
        {
            options.Listeners.Add(new MqttListenerOptions { Port = 0 });
            options.Durability = Durability.Crash;
            configure?.Invoke(options);
        });
        var test = new TestBroker(services.BuildServiceProvider());
        await test.Broker.StartAsync();
        test.Port = (await test.Broker.OpenListenersAsync())[0].Port;
        return test;
    }

    public async Task<RawClient> ConnectAsync(string hex) => await RawClient.ConnectAsync(Port, hex);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
