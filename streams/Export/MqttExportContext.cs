namespace Roost.Streams.Export;

/// <summary>What one export over MQTT keeps from connection to connection.</summary>
internal sealed record MqttExportContext(
    ExportIdentity Identity,
    RecordStream Stream,
    TopicTemplate Topic,
    ExportCounters Counters,
    int MaxInflight,
    Action<string?> SetFault,
    MqttExportServices Services);
