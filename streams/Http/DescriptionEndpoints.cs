using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary>What there is: <c>GET /api/v1/streams</c>, <c>GET /api/v1/streams/{name}</c>, <c>GET /api/v1/uplink</c>.</summary>
internal sealed class DescriptionEndpoints(IStreamCatalog catalog, IStreamExports exports, IUplink uplink)
{
    public Task ListAsync(HttpContext context) => Answer.WriteAsync(context, json =>
    {
        var all = exports.List();
        json.WriteStartObject();
        json.WriteStartArray("streams");
        foreach (var stream in catalog.List())
        {
            Write(json, stream, all);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task GetAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        await Answer.WriteAsync(context, json => Write(json, stream.Describe(), exports.List()));
    });

    public Task UplinkAsync(HttpContext context) => Answer.WriteAsync(context, json =>
    {
        var status = uplink.Status;
        json.WriteStartObject();
        json.WriteString("state", Word(status.State.ToString()));
        json.WriteString("endpoint", status.Endpoint);
        WriteTime(json, "connectedSince", status.ConnectedSince);
        json.WriteNumber("attempts", status.Attempts);
        json.WriteString("lastError", status.LastError);
        WriteTime(json, "lastErrorAt", status.LastErrorAt);
        json.WriteBoolean("needsOperator", status.NeedsOperator);
        WriteTime(json, "nextAttemptAt", status.NextAttemptAt);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, StreamDescription stream, IReadOnlyList<ExportStatus> exports)
    {
        json.WriteStartObject();
        json.WriteString("name", stream.Name.Value);
        json.WriteBoolean("configured", stream.Configured);
        json.WriteString("fault", stream.Fault);
        json.WriteNumber("records", stream.Records);
        json.WriteNumber("firstOffset", stream.FirstOffset);
        json.WriteNumber("nextOffset", stream.NextOffset);
        json.WriteNumber("sizeBytes", stream.SizeBytes);
        json.WriteStartObject("retention");
        WriteNumber(json, "bytes", stream.Retention.Bytes);
        WriteNumber(json, "ageSeconds", (long?)stream.Retention.Age?.TotalSeconds);
        WriteNumber(json, "records", stream.Retention.Records);
        json.WriteEndObject();
        json.WriteString("full", Word(stream.Full.ToString()));
        json.WriteString("durability", Word(stream.Durability.ToString()));
        json.WriteNumber("maxRecordBytes", stream.MaxRecordBytes);
        json.WriteStartArray("exports");
        foreach (var export in exports.Where(export => export.Stream == stream.Name))
        {
            Write(json, export);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExportStatus export)
    {
        json.WriteStartObject();
        json.WriteString("name", export.Name);
        json.WriteString("topic", export.Topic);
        json.WriteNumber("committedOffset", export.CommittedOffset);
        json.WriteNumber("lagRecords", export.LagRecords);
        json.WriteNumber("lagBytes", export.LagBytes);
        json.WriteNumber("lagSeconds", Math.Round(export.Lag.TotalSeconds, 3));
        json.WriteNumber("acknowledgedRecords", export.AcknowledgedRecords);
        json.WriteNumber("retriedRecords", export.RetriedRecords);
        json.WriteNumber("lostRecords", export.LostRecords);
        json.WriteNumber("deadRecords", export.DeadRecords);
        json.WriteString("fault", export.Fault);
        json.WriteEndObject();
    }

    /// <summary>As the configuration spells it: <c>DropOldest</c> is <c>drop-oldest</c>.</summary>
    private static string Word(string name) =>
        string.Concat(name.Select((letter, index) => char.IsUpper(letter) ? $"{(index > 0 ? "-" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
