using System.Text.Json;

namespace Roost.Identity.Audit;

/// <summary>A verification as REST and <c>roostd --verify-audit</c> give it.</summary>
internal static class AuditVerificationJson
{
    public static void Write(Utf8JsonWriter json, AuditVerification verification)
    {
        json.WriteStartObject();
        json.WriteString("state", verification.Faults.Count == 0 ? "whole" : "broken");
        json.WriteNumber("records", verification.Records);
        Write(json, "first", verification.First);
        Write(json, "firstTime", verification.FirstTime);
        Write(json, "last", verification.Last);
        Write(json, "lastTime", verification.LastTime);
        json.WriteNumber("checkpoints", verification.Checkpoints);
        Write(json, "signedTo", verification.SignedTo);
        json.WriteString("key", verification.Key);
        json.WriteBoolean("tornTail", verification.HasTornTail);
        json.WriteStartArray("faults");
        foreach (var fault in verification.Faults)
        {
            json.WriteStringValue(fault);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known);
        }
    }
}
