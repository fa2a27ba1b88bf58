using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Roost.Identity.Audit;

/// <summary>Records in canonical JSON: members in one order, no spaces, one way to write each value. Pure.</summary>
internal static class AuditRecordCodec
{
    /// <summary>Of one text in characters; what is longer is cut: topics and client identifiers of strangers may have 64 KiB.</summary>
    public const int MaxText = 1024;

    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Encode(AuditRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("time", record.Time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
            json.WriteNumber("sequence", record.Sequence);
            json.WriteString("previous", record.Previous);
            json.WriteString("action", Bounded(record.Entry.Action));
            Write(json, "principal", record.Entry.Principal);
            Write(json, "thing", record.Entry.Thing);
            Write(json, "clientId", record.Entry.ClientId);
            Write(json, "source", record.Entry.Source);
            Write(json, "resource", record.Entry.Resource);
            Write(json, "reason", record.Entry.Reason);
            if (record.Count is { } count)
            {
                json.WriteNumber("count", count);
            }

            Write(json, "key", record.Key);
            Write(json, "signature", record.Signature);
            Write(json, "mac", record.Mac);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null: these bytes are no record, or not written in the canonical way.</returns>
    public static AuditRecord? TryDecode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var record = new AuditRecord
            {
                Time = DateTimeOffset.ParseExact(Text(root, "time") ?? "", TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Sequence = root.GetProperty("sequence").GetInt64(),
                Previous = Text(root, "previous") ?? "",
                Entry = new AuditEntry(Text(root, "action") ?? "")
                {
                    Principal = Text(root, "principal"),
                    Thing = Text(root, "thing"),
                    ClientId = Text(root, "clientId"),
                    Source = Text(root, "source"),
                    Resource = Text(root, "resource"),
                    Reason = Text(root, "reason"),
                },
                Count = root.TryGetProperty("count", out var count) ? count.GetInt64() : null,
                Key = Text(root, "key"),
                Signature = Text(root, "signature"),
                Mac = Text(root, "mac"),
            };
            return record.Previous.Length == AuditHash.Digits && Encode(record).AsSpan().SequenceEqual(bytes.Span) ? record : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, Bounded(value));
        }
    }

    /// <summary>Short enough, and without halves of surrogate pairs, which JSON has no form for.</summary>
    private static string Bounded(string value)
    {
        var text = value.Length <= MaxText ? value : $"{value.AsSpan(0, MaxText - 1)}…";
        return text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
    }
}
