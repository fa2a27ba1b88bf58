using Microsoft.Extensions.Logging;

namespace Roost.Streams.Export;

/// <summary>What all exports over MQTT share.</summary>
/// <param name="WithProperties">MQTT 5: messages carry where their record comes from.</param>
internal sealed record MqttExportServices(
    DeadRecords Dead, StreamMetrics Metrics, ExportTuning Tuning, TimeSpan AcknowledgeTimeout, bool WithProperties, TimeProvider Clock, ILogger Logger);
