using System.Text.Json;
using Roost.Storage.Logs;

namespace Roost.Streams.Http;

/// <summary>How soundness, damage and repairs are written.</summary>
internal static class VerificationJson
{
    public static void Write(Utf8JsonWriter json, LogVerification verification)
    {
        json.WriteStartObject();
        json.WriteBoolean("running", verification.IsRunning);
        json.WriteNumber("checkedBytes", verification.CheckedBytes);
        json.WriteNumber("totalBytes", verification.TotalBytes);
        if (verification.Ended is { } ended)
        {
            json.WriteString("endedAt", ended.UtcDateTime);
        }
        else
        {
            json.WriteNull("endedAt");
        }

        Write(json, verification.Damage);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, LogRepair repair, bool done)
    {
        json.WriteStartObject();
        json.WriteBoolean("done", done);
        json.WriteNumber("lostRecords", repair.LostRecords);
        json.WriteNumber("keptRecords", repair.KeptRecords);
        Write(json, repair.Damage);
        json.WriteStartArray("aside");
        foreach (var file in repair.Aside)
        {
            json.WriteStringValue(file);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<LogDamage> damage)
    {
        json.WriteStartArray("damage");
        foreach (var one in damage)
        {
            json.WriteStartObject();
            json.WriteString("segment", one.Segment);
            json.WriteNumber("position", one.Position);
            json.WriteNumber("firstOffset", one.FirstOffset);
            json.WriteNumber("nextOffset", one.NextOffset);
            json.WriteNumber("records", one.Records);
            json.WriteString("reason", one.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
