using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Streams.Catalog;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Gates;
using Roost.Streams.Export.Pacing;
using Roost.Streams.Export.Targets;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>Makes the configured exports, and runs them. The one place that knows every kind of target.</summary>
internal sealed class ExportRegistry : IStreamExports, IAsyncDisposable
{
    private readonly List<Exporter> _exporters = [];
    private readonly Dictionary<ExportTarget, IExportTargetFactory> _factories;
    private readonly StreamCatalog _catalog;
    private readonly Uplink _uplink;
    private readonly CloudMqttOptions _mqtt;
    private readonly StreamMetrics _metrics;
    private readonly ExportTuning _tuning;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly DeadRecords _dead;
    private readonly SharedBandwidth? _bandwidth;

    public ExportRegistry(
        IOptions<CloudOptions> cloud, IOptions<CloudMqttOptions> mqtt, IEnumerable<IExportTargetFactory> factories, StreamCatalog catalog, Uplink uplink, StreamMetrics metrics, ExportTuning tuning, TimeProvider clock, ILogger<ExportRegistry> logger)
    {
        _factories = factories.DistinctBy(factory => factory.Kind).ToDictionary(factory => factory.Kind);
        _catalog = catalog;
        _uplink = uplink;
        _mqtt = mqtt.Value;
        _metrics = metrics;
        _tuning = tuning;
        _clock = clock;
        _logger = logger;
        _dead = new DeadRecords(catalog);
        _bandwidth = cloud.Value.BandwidthBytes is { } bandwidth ? new SharedBandwidth(bandwidth, clock) : null;
        foreach (var options in cloud.Value.Exports)
        {
            _exporters.Add(Create(options));
        }

        metrics.ObserveExports(List);
    }

    public bool IsEmpty => _exporters.Count == 0;

    public IReadOnlyList<ExportStatus> List() => [.. _exporters.Select(exporter => exporter.Status)];

    public async Task<bool> TryPauseAsync(StreamName stream, string export, bool paused)
    {
        if (_exporters.Find(exporter => exporter.Stream == stream && exporter.Name == export) is not { } exporter)
        {
            return false;
        }

        await exporter.PauseAsync(paused);
        return true;
    }

    /// <summary>Runs every export until the token ends them and they have drained.</summary>
    public Task RunAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_exporters.Select(exporter => Task.Run(() => exporter.RunAsync(stoppingToken), CancellationToken.None)));

    public async ValueTask DisposeAsync()
    {
        foreach (var exporter in _exporters.OfType<IAsyncDisposable>())
        {
            await exporter.DisposeAsync();
        }
    }

    private Exporter Create(ExportOptions options)
    {
        var identity = new ExportIdentity(StreamName.Parse(options.Stream), options.EffectiveName);
        var hook = options.OnlyIf is { } program ? new ConditionHook(program, identity, _clock) : null;
        var gate = new ExportGate(options.Paused, [.. options.Windows.Select(ScheduleWindow.Parse)], hook, _clock);
        var pace = new ExportPace(options.Limit, options.Priority, _bandwidth, _clock);
        if (options.To == ExportTarget.Mqtt)
        {
            var topic = TopicTemplate.Parse(options.Topic, identity.Stream);
            var messages = new MqttMessages(options, topic, _mqtt.Version == "5");
            return new MqttExporter(Context(identity, options, options.Topic), _catalog, messages, _uplink, options.MessagesInflight, _mqtt.AcknowledgeTimeout, gate, pace, _tuning);
        }

        var factory = _factories[options.To];
        var (batch, usual) = (options.Batch, factory.Defaults);
        var rules = new BatchRules(batch?.Records ?? usual.Records, batch?.Bytes ?? usual.Bytes, batch?.Linger ?? usual.Linger, options.Backlog, options.Retry.MaxAge);
        return new BatchExporter(
            Context(identity, options, factory.Destination(options)), _catalog, factory.Create(options, identity), rules, options.MaxInflight ?? usual.Inflight, gate, pace, _tuning);
    }

    private ExportContext Context(ExportIdentity identity, ExportOptions options, string destination) =>
        new(identity, options, destination, _dead, _metrics, _clock, _logger);
}
