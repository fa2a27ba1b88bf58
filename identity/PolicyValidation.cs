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
        WriteWarnings(json, document);
        json.WriteEndObject();
    }

    /// <summary>What a policy may say and hardly means.</summary>
    internal static void WriteWarnings(Utf8JsonWriter json, PolicyDocument? document)
    {
        json.WriteStartArray("warnings");
        foreach (var statement in document?.Statements ?? [])
        {
            foreach (var resource in statement.Resources.Where(static resource => IsTopicWithWildcards(resource.Short)))
            {
                json.WriteStringValue($"{statement.Title}: {resource.Short} is about no topic, as no topic has + or #. In policies * stands for any text: {resource.Short.Replace('+', '*').Replace("#", "*", StringComparison.Ordinal)}");
            }
        }

        json.WriteEndArray();
    }

    private static bool IsTopicWithWildcards(string resource) =>
        resource.StartsWith("topic/", StringComparison.Ordinal) && resource.Split('/').Any(static level => level is "+" or "#");
}
