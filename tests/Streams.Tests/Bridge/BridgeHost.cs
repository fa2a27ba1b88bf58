using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Export;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Bridge;

/// <summary>A gateway as far as the bridge goes: a durable broker with a listener, streams, uplink and bridge, in the daemon's order.</summary>
internal sealed class BridgeHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly List<MqttClient> _clients = [];
    private int _port;

    private BridgeHost(IHost host) => _host = host;

    public MqttBroker Broker => _host.Services.GetRequiredService<MqttBroker>();

    public IUplink Uplink => _host.Services.GetRequiredService<IUplink>();

    public IStreamCatalog Catalog => _host.Services.GetRequiredService<IStreamCatalog>();

    public ConcurrentQueue<MqttMessage> Here { get; } = new();

    public List<string> TextsHere => [.. Here.Select(message => Encoding.UTF8.GetString(message.Payload.Span))];

    public BridgeStatus Status => _host.Services.GetRequiredService<ICloudBridge>().List()[0];

    public static async Task<BridgeHost> StartAsync(string folder, Action<CloudMqttOptions> mqtt, params BridgeOptions[] bridges)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMetrics();
        builder.Services.AddLogging();
        builder.Services.Configure<MqttOptions>(options =>
        {
            options.Folder = Path.Combine(folder, "mqtt");
            options.Listeners = [new MqttListenerOptions { Address = "127.0.0.1", Port = 0 }];
        });
        builder.Services.Configure(mqtt);
        builder.Services.Configure<CloudOptions>(options => bridges.ToList().ForEach(options.Bridge.Add));
        builder.Services.AddSingleton(new ExportTuning { RetryFirst = TimeSpan.FromMilliseconds(20), MaxAttempts = 3, TrialHold = TimeSpan.FromMilliseconds(500) });
        builder.Services.AddMqttBroker();
        builder.Services.AddStreams(Path.Combine(folder, "streams"));
        builder.Services.AddCloudBridge(Path.Combine(folder, "bridge"));
        var host = new BridgeHost(builder.Build());
        await host.Broker.StartAsync();
        await host._host.StartAsync();
        host._port = (await host.Broker.OpenListenersAsync())[0].Port;
        return host;
    }

    public Task OnlineAsync() => Eventually.IsTrueAsync(() => Uplink.Status.State == UplinkState.Connected, "the uplink to connect");

    /// <summary>A robot.</summary>
    public async Task<MqttClient> ConnectAsync(string id = "robot", MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = _port, ClientIdentifier = id, ProtocolVersion = version, Reconnect = false });
        _clients.Add(client);
        await client.ConnectAsync();
        return client;
    }

    /// <summary>A robot that keeps what it hears in <see cref="Here"/>.</summary>
    public async Task ListenAsync(string filter, QualityOfService quality = QualityOfService.AtLeastOnce)
    {
        var client = new MqttClient(new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = _port,
            ClientIdentifier = "listener",
            CleanStart = false,
            SessionExpiryInterval = TimeSpan.FromHours(1),
        });
        _clients.Add(client);
        client.MessageHandler = (received, _) =>
        {
            Here.Enqueue(received.Message);
            return ValueTask.CompletedTask;
        };
        await client.ConnectAsync();
        await client.SubscribeAsync(new MqttSubscribeRequest { Subscriptions = [new MqttSubscription(TopicFilter.Parse(filter), quality, RetainAsPublished: true)] });
    }

    public Task HeardAsync(int count) => Eventually.IsTrueAsync(() => Here.Count >= count, $"{count} messages here, of which {Here.Count} came");

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Broker.CloseListenersAsync();
        await _host.StopAsync();
        await Broker.StopAsync();
        _host.Dispose();
    }
}
