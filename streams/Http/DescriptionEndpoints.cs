using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Streams.Cursors;
using Roost.Streams.Definitions;

namespace Roost.Streams.Http;

/// <summary>What there is: <c>GET /api/v1/streams</c>, <c>GET /api/v1/streams/{name}</c>, <c>GET /api/v1/uplink</c>.</summary>
internal sealed class DescriptionEndpoints(IStreamCatalog catalog, IStreamExports exports, ConsumerList consumers, IUplink uplink, TimeProvider clock)
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
        await WriteAsync(context, StreamRoute.Resolve(context, catalog));
    });

    /// <summary>Answers with the description of one.</summary>
    public Task WriteAsync(HttpContext context, RecordStream stream) => Answer.WriteAsync(context, json => Write(json, stream.Describe(), exports.List()));

    public Task UplinkAsync(HttpContext context) => Answer.WriteAsync(context, json =>
    {
        var status = uplink.Status;
        json.WriteStartObject();
        json.WriteString("state", Words.Of(status.State));
        json.WriteString("endpoint", status.Endpoint);
        WriteTime(json, "connectedSince", status.ConnectedSince);
        json.WriteNumber("attempts", status.Attempts);
        json.WriteString("lastError", status.LastError);
        WriteTime(json, "awaySince", status.AwaySince);
        WriteTime(json, "lastErrorAt", status.LastErrorAt);
        json.WriteBoolean("needsOperator", status.NeedsOperator);
        WriteTime(json, "nextAttemptAt", status.NextAttemptAt);
        json.WriteEndObject();
    });

    private void Write(Utf8JsonWriter json, StreamDescription stream, IReadOnlyList<ExportStatus> exports)
    {
        json.WriteStartObject();
        json.WriteString("name", stream.Name.Value);
        json.WriteString("id", stream.Id);
        json.WriteString("origin", Words.Of(stream.Origin));
        WriteTime(json, "createdAt", stream.Created);
        json.WriteBoolean("configured", stream.Configured);
        json.WriteString("fault", stream.Fault);
        json.WriteString("refusal", stream.Refusal);
        json.WriteNumber("records", stream.Records);
        json.WriteNumber("firstOffset", stream.FirstOffset);
        json.WriteNumber("nextOffset", stream.NextOffset);
        json.WriteNumber("sizeBytes", stream.SizeBytes);
        WriteTime(json, "oldestAt", stream.Oldest);
        WriteTime(json, "newestAt", stream.Newest);
        json.WriteNumber("droppedRecords", stream.DroppedRecords);
        json.WriteStartObject("retention");
        WriteNumber(json, "bytes", stream.Retention.Bytes);
        WriteNumber(json, "ageSeconds", (long?)stream.Retention.Age?.TotalSeconds);
        WriteNumber(json, "records", stream.Retention.Records);
        json.WriteString("consumed", Words.Of(stream.Consumed));
        json.WriteEndObject();
        json.WriteString("full", Words.Of(stream.Full));
        json.WriteString("durability", Words.Of(stream.Durability));
        json.WriteString("compression", Words.Of(stream.Compression));
        json.WriteNumber("priority", stream.Priority);
        json.WriteNumber("maxRecordBytes", stream.MaxRecordBytes);
        json.WriteNumber("lostRecords", stream.LostRecords);
        if (stream.WrittenPerByte is { } written)
        {
            json.WriteNumber("writtenPerByte", Math.Round(written, 3));
        }

        if (stream.Verification is { } verification)
        {
            json.WritePropertyName("verification");
            VerificationJson.Write(json, verification);
        }

        json.WriteStartArray("exports");
        foreach (var export in exports.Where(export => export.Stream == stream.Name))
        {
            Write(json, export);
        }

        json.WriteEndArray();
        json.WriteStartArray("consumers");
        if (catalog.TryGet(stream.Name, out var found))
        {
            foreach (var consumer in consumers.Of(found))
            {
                ConsumerJson.Write(json, found, consumer, clock);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ExportStatus export)
    {
        json.WriteStartObject();
        json.WriteString("name", export.Name);
        json.WriteString("stream", export.Stream.Value);
        json.WriteString("to", Words.Of(export.To));
        json.WriteString("destination", export.Destination);
        json.WriteNumber("priority", export.Priority);
        json.WriteString("state", Words.Of(export.State));
        json.WriteNumber("committedOffset", export.CommittedOffset);
        json.WriteNumber("lagRecords", export.LagRecords);
        json.WriteNumber("lagBytes", export.LagBytes);
        json.WriteNumber("lagSeconds", Math.Round(export.Lag.TotalSeconds, 3));
        WriteTime(json, "oldestUnsent", export.OldestUnsent);
        json.WriteNumber("acknowledgedRecords", export.AcknowledgedRecords);
        json.WriteNumber("acknowledgedBytes", export.AcknowledgedBytes);
        json.WriteNumber("batches", export.Batches);
        json.WriteNumber("retriedRecords", export.RetriedRecords);
        json.WriteNumber("lostRecords", export.LostRecords);
        json.WriteNumber("expiredRecords", export.ExpiredRecords);
        json.WriteNumber("droppedRecords", export.DroppedRecords);
        json.WriteNumber("deadRecords", export.DeadRecords);
        json.WriteString("fault", export.Fault);
        json.WriteEndObject();
    }

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
