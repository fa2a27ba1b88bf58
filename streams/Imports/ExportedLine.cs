using System.Text;
using System.Text.Json;
using Roost.Mqtt;

namespace Roost.Streams.Imports;

/// <summary>
/// Reads a record as an export writes it in a line of JSON. Layout: docs/formats/export-batch.md. Members that it does not know are passed over: those
/// that a later Roost adds, and <c>producer</c>, whose sequence counts in the stream that the record was appended to and in no other.
/// </summary>
internal static class ExportedLine
{
    /// <exception cref="FormatException">It is none; the message is the end of a sentence.</exception>
    public static ImportedRecord Parse(ReadOnlyMemory<byte> line, StreamName stream)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return Parse(json.RootElement, stream);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: another kind of value, or half a surrogate pair
        {
            throw new FormatException($"is no record in JSON: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static ImportedRecord Parse(JsonElement line, StreamName stream)
    {
        long? offset = null;
        DateTimeOffset? timestamp = null;
        var record = new NewRecord { Key = "" };
        byte[]? payload = null;
        var isOfStream = false;
        foreach (var member in line.EnumerateObject())
        {
            switch (member.Name)
            {
                case "stream":
                    isOfStream = member.Value.ValueEquals(stream.Value);
                    break;
                case "offset":
                    offset = member.Value.TryGetInt64(out var number) ? number : null;
                    break;
                case "timestamp":
                    timestamp = member.Value.TryGetDateTimeOffset(out var instant) ? instant : null;
                    break;
                case "topic" or "key":
                    record = record with { Key = member.Value.GetString() ?? "", KeyIsTopic = member.Name == "topic" };
                    break;
                case "headers":
                    record = record with { Headers = [.. member.Value.EnumerateArray().Select(Header)] };
                    break;
                case "data":
                    payload = Encoding.UTF8.GetBytes(member.Value.GetString() ?? "");
                    break;
                case "dataBase64":
                    payload = member.Value.TryGetBytesFromBase64(out var bytes) ? bytes : null;
                    break;
            }
        }

        return offset >= 0 && timestamp is { } time && payload is not null && isOfStream
            ? new ImportedRecord(offset.Value, time, record with { Payload = payload })
            : throw new FormatException($"has no offset, timestamp or data, or is not of stream '{stream}'");
    }

    private static UserProperty Header(JsonElement header) => header.GetArrayLength() == 2
        ? new UserProperty(header[0].GetString() ?? "", header[1].GetString() ?? "")
        : throw new FormatException("has a header that is no pair");
}
