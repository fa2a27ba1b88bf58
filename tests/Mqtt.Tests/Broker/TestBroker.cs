using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
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

    public int Port => Open[0].Port;

    public IReadOnlyList<MqttOpenListener> Open { get; private set; } = [];

    public required CapturedLog Log { get; init; }

    public static async Task<TestBroker> StartAsync(Action<MqttOptions>? configure = null, TimeProvider? clock = null, Action<IServiceCollection>? register = null)
    {
        var services = new ServiceCollection();
        var log = new CapturedLog();
        services.AddLogging(logging => logging.AddProvider(log));
        if (clock is not null)
        {
            services.AddSingleton(clock);
        }

        register?.Invoke(services);
        services.AddMqttBroker().Configure<MqttOptions>(options =>
        {
            options.Listeners.Add(new MqttListenerOptions { Port = 0 });
            options.Durability = Durability.Crash;
            configure?.Invoke(options);
        });
        var test = new TestBroker(services.BuildServiceProvider()) { Log = log };
        await test.Broker.StartAsync();
        test.Open = await test.Broker.OpenListenersAsync();
        return test;
    }

    public async Task<RawClient> ConnectAsync(string hex) => await RawClient.ConnectAsync(Port, hex);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
