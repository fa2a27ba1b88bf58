using System.Text.Json;
using Roost.Identity.Policies.Documents;

namespace Roost.Identity;

/// <summary>Judges a policy that is in a file, for <c>roost policy validate</c>: by the daemon, or by <c>roostd</c> as a program where none runs.</summary>
public static class PolicyValidation
{
    /// <summary>Writes the answer in JSON, as <c>POST /api/v1/policies/validate</c> does.</summary>
    /// <returns>Whether the policy can be taken.</returns>
    public static bool Write(Utf8JsonWriter json, string text)
    {
        var document = PolicyReader.Read(text, out var faults);
        Write(json, document, faults);
        return document is not null;
    }

    internal static void Write(Utf8JsonWriter json, PolicyDocument? document, IReadOnlyList<PolicyFault> faults)
    {
        json.WriteStartObject();
        json.WriteBoolean("valid", document is not null);
        json.WriteNumber("statements", document?.Statements.Count ?? 0);
        json.WriteStartArray("faults");
        foreach (var fault in faults)
        {
            json.WriteStringValue(fault.ToString());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
