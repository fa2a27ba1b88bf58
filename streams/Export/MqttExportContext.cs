using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Gates;
using Roost.Streams.Export.Pacing;
using Roost.Streams.Export.Progress;

namespace Roost.Streams.Export;

/// <summary>What one export over MQTT keeps from connection to connection.</summary>
internal sealed record MqttExportContext(
    ExportContext Export, MqttMessages Messages, ExportProgress Progress, BatchSource Source, SuspectRecord Suspect, ExportGate Gate, ExportPace Pace, int MaxInflight, TimeSpan AcknowledgeTimeout, ExportTuning Tuning);
