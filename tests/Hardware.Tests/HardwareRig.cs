using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.Hardware.Reporting;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests;

/// <summary>The room beside the real broker and the real shadows, in a folder of its own, without sockets.</summary>
internal sealed class HardwareRig : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private ServiceProvider _services = null!;

    public HardwareOptions Options { get; } = new();

    /// <summary>Of everything: the broker, the shadows and the room.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Added to those of the room.</summary>
    public List<IPointSource> Sources { get; } = [];

    /// <summary>Of the shadows.</summary>
    public Action<ShadowOptions>? ConfigureShadows { get; set; }

    public Action<IServiceCollection>? Configure { get; set; }

    public RecordedLog Log { get; } = new();

    public IMqttBroker Broker => Get<IMqttBroker>();

    public HardwareService Hardware => Get<HardwareService>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Starts the broker and the shadows, and then the room; to be called again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        await StartWithoutHardwareAsync();
        await StartHardwareAsync();
    }

    public async Task StartWithoutHardwareAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Log)).AddMetrics().AddSingleton(Clock);
        services.AddMqttBroker().Configure<MqttOptions>(static options => options.Listeners = []);
        services.Configure<ShadowOptions>(options =>
        {
            options.Folder = _folder["shadows"];
            options.Durability = Storage.Durability.Crash;
            ConfigureShadows?.Invoke(options);
        });
        services.AddShadows();
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(Options));
        Configure?.Invoke(services);
        services.AddHardware();
        foreach (var source in Sources)
        {
            services.AddSingleton(source);
        }

        _services = services.BuildServiceProvider();
        await Get<MqttBroker>().StartAsync();
        await Get<ShadowService>().StartAsync(CancellationToken.None);
    }

    public async Task StartHardwareAsync()
    {
        await Hardware.StartAsync(CancellationToken.None);
        await Hardware.Started;
    }

    public async Task StopAsync()
    {
        await Hardware.StopAsync(CancellationToken.None);
        await Get<ShadowService>().StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    /// <summary>What the shadow of a thing is now; null: there is none.</summary>
    public async Task<JsonNode?> ShadowAsync(string thing)
    {
        if (!ShadowId.TryCreate(thing, null, out var id, out var fault))
        {
            throw new AssertionException(fault);
        }

        var answer = await Get<ShadowService>().GetAsync(id);
        return answer.Error is null ? JsonNode.Parse(answer.Body.Span)!["state"] : null;
    }

    public Task PublishAsync(string topic, string body) =>
        Broker.PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Payload = Encoding.UTF8.GetBytes(body), QualityOfService = QualityOfService.AtLeastOnce }).AsTask();

    public Task UpdateAsync(string thing, string body) => PublishAsync($"$aws/things/{thing}/shadow/update", body);

    /// <summary>Waits until the shadow's reported state has this value, JSON.</summary>
    public Task ReportsAsync(string thing, string property, string json) => Eventually.IsTrueAsync(
        async () => ((await ShadowAsync(thing))?["reported"]?[property]?.ToJsonString() ?? "absent") == json, $"{thing}.{property} to be {json}");

    public async Task<ConcurrentQueue<(string Topic, JsonNode Body)>> ListenAsync(string filter)
    {
        var listener = new Listener();
        await Broker.SubscribeAsync(TopicFilter.Parse(filter), listener);
        return listener.Received;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private sealed class Listener : IMessageHandler
    {
        public ConcurrentQueue<(string Topic, JsonNode Body)> Received { get; } = new();

        public ValueTask Handle(in PublishedMessage message)
        {
            Received.Enqueue((message.Topic.Value, JsonNode.Parse(message.Payload)!));
            return ValueTask.CompletedTask;
        }
    }
}
