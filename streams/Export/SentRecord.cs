using Roost.Mqtt;

namespace Roost.Streams.Export;

/// <summary>A record under way.</summary>
/// <param name="Record">Owns its payload, unlike a record that was just read.</param>
/// <param name="Message">Null when the record makes no message; then the acknowledgement says why.</param>
/// <param name="Acknowledgement">To be awaited once.</param>
internal readonly record struct SentRecord(StreamRecord Record, MqttMessage? Message, ValueTask Acknowledgement)
{
    public int Bytes => Record.Payload.Length;
}
