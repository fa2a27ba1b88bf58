using Roost.Mqtt;
using Roost.Streams.Export.Batches;

namespace Roost.Streams.Export;

/// <summary>A message under way.</summary>
/// <param name="Batch">What it carries: one record, or a batch.</param>
/// <param name="Message">Null when the record makes no message; then the acknowledgement says why.</param>
/// <param name="Acknowledgement">To be awaited once.</param>
internal readonly record struct SentBatch(ExportBatch Batch, MqttMessage? Message, ValueTask Acknowledgement)
{
    public int Bytes => Message?.Payload.Length ?? 0;
}
