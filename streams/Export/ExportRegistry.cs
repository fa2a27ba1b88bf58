using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Streams.Catalog;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>Makes the configured exports, and runs them. The one place that knows every kind of target.</summary>
internal sealed class ExportRegistry : IStreamExports
{
    private readonly List<IExporter> _exporters = [];

    public ExportRegistry(
        IOptions<CloudOptions> cloud, IOptions<CloudMqttOptions> mqtt, StreamCatalog catalog, Uplink uplink, StreamMetrics metrics, ExportTuning tuning, TimeProvider clock, ILogger<ExportRegistry> logger)
    {
        var services = new MqttExportServices(new DeadRecords(catalog), metrics, tuning, mqtt.Value.AcknowledgeTimeout, mqtt.Value.Version == "5", clock, logger);
        foreach (var options in cloud.Value.Exports)
        {
            var stream = catalog.Get(StreamName.Parse(options.Stream));
            if (!TopicTemplate.TryParse(options.Topic, stream.Name, out var topic, out var fault))
            {
                throw new FormatException($"The topic '{options.Topic}' of an export of stream '{stream.Name}' is wrong: {fault}.");
            }

            _exporters.Add(new MqttExporter(options, stream, topic, uplink, services));
        }

        metrics.ObserveExports(List);
    }

    public bool IsEmpty => _exporters.Count == 0;

    public IReadOnlyList<ExportStatus> List() => [.. _exporters.Select(exporter => exporter.Status)];

    /// <summary>Runs every export until the token ends them and they have drained.</summary>
    public Task RunAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_exporters.Select(exporter => Task.Run(() => exporter.RunAsync(stoppingToken), CancellationToken.None)));
}
