using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Roost.Streams.Records;

/// <summary>
/// A record as JSON. The payload is <c>data</c>, a string, where it is UTF-8 text, else <c>dataBase64</c>: what is read can be appended
/// again and gives the same bytes.
/// </summary>
internal static class RecordJson
{
    /// <param name="json">Where to write.</param>
    /// <param name="record">What to write.</param>
    /// <param name="stream">Named first, where the line leaves the gateway and has to say where it is from.</param>
    public static void Write(Utf8JsonWriter json, in StreamRecord record, StreamName? stream = null)
    {
        json.WriteStartObject();
        if (stream is { } name)
        {
            json.WriteString("stream", name.Value);
        }

        json.WriteNumber("offset", record.Offset);
        json.WriteString("timestamp", record.Timestamp.UtcDateTime);
        json.WriteString(record.KeyIsTopic ? "topic" : "key", record.Key);
        if (record.Headers.Count > 0)
        {
            json.WriteStartArray("headers");
            foreach (var header in record.Headers)
            {
                json.WriteStartArray();
                json.WriteStringValue(header.Name);
                json.WriteStringValue(header.Value);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        if (record.Producer is { } producer)
        {
            json.WriteStartObject("producer");
            json.WriteString("id", producer.Producer);
            json.WriteNumber("epoch", producer.Epoch);
            json.WriteNumber("sequence", producer.Sequence);
            json.WriteEndObject();
        }

        if (Utf8.IsValid(record.Payload.Span))
        {
            json.WriteString("data", record.Payload.Span);
        }
        else
        {
            json.WriteBase64String("dataBase64", record.Payload.Span);
        }

        json.WriteEndObject();
    }

    /// <summary>One line, its end included.</summary>
    public static void WriteLine(IBufferWriter<byte> output, Utf8JsonWriter json, in StreamRecord record, StreamName? stream = null)
    {
        json.Reset(output);
        Write(json, record, stream);
        json.Flush();
        output.Write("\n"u8);
    }
}
