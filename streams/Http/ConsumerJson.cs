using System.Text.Json;
using Roost.Streams.Cursors;

namespace Roost.Streams.Http;

/// <summary>A consumer as JSON, with how far it is behind.</summary>
internal static class ConsumerJson
{
    public static void Write(Utf8JsonWriter json, RecordStream stream, StreamConsumer consumer, TimeProvider clock)
    {
        var lag = ConsumerLag.Of(stream, Math.Max(0, consumer.NextOffset), clock);
        json.WriteStartObject();
        json.WriteString("kind", consumer.Kind);
        json.WriteString("name", consumer.Name);
        json.WriteNumber("nextOffset", consumer.NextOffset);
        json.WriteNumber("lagRecords", lag.Records);
        json.WriteNumber("lagBytes", lag.Bytes);
        json.WriteNumber("lagSeconds", Math.Round(lag.Age.TotalSeconds, 3));
        if (consumer.MovedAt is { } moved)
        {
            json.WriteString("movedAt", moved.UtcDateTime);
        }

        json.WriteString("fault", consumer.Fault);
        json.WriteEndObject();
    }
}
