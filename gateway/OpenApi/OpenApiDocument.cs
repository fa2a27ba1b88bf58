using System.Text.Json;
using Roost.Gateway.Http.Access;

namespace Roost.Gateway.OpenApi;

/// <summary>
/// Roost's own paths in OpenAPI 3.1: what there is, with which parameters, what comes back when it is refused, and how to show who one is. What the answers hold is in the user guide.
/// </summary>
internal static class OpenApiDocument
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // the answer is never part of a page

    public static byte[] Write(IReadOnlyList<OwnOperation> operations)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, s_json))
        {
            json.WriteStartObject();
            json.WriteString("openapi", "3.1.0");
            json.WriteStartObject("info");
            json.WriteString("title", "Roost");
            json.WriteString("version", Daemon.Version);
            json.WriteString("description", "Roost's own paths. Beside them the daemon answers those of the AWS IoT data plane and of AWS Lambda, which AWS describes.");
            json.WriteEndObject();
            json.WriteStartObject("paths");
            foreach (var path in operations.GroupBy(static operation => PathOf(operation.Pattern), StringComparer.Ordinal))
            {
                json.WriteStartObject(path.Key);
                foreach (var operation in path)
                {
                    WriteOperation(json, operation);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            WriteComponents(json);
            json.WriteEndObject();
        }

        return memory.ToArray();
    }

    /// <summary>OpenAPI has no parameters of several segments: there the name is one, percent-encoded.</summary>
    private static string PathOf(string pattern) => pattern.Replace("{**", "{", StringComparison.Ordinal);

    private static void WriteOperation(Utf8JsonWriter json, OwnOperation operation)
    {
        json.WriteStartObject(operation.Method.ToLowerInvariant());
        json.WriteString("summary", operation.Summary);
        json.WriteStartArray("tags");
        json.WriteStringValue(TagOf(operation.Pattern));
        json.WriteEndArray();
        WriteParameters(json, operation);
        if (operation.Body is { } body)
        {
            json.WriteStartObject("requestBody");
            json.WriteBoolean("required", true);
            json.WriteStartObject("content");
            json.WriteStartObject(body);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (AccessTable.Find(operation.Method, operation.Pattern) is { IsPublic: true })
        {
            json.WriteStartArray("security");
            json.WriteEndArray();
        }

        json.WriteStartObject("responses");
        json.WriteStartObject("2XX");
        json.WriteString("description", "It was done.");
        json.WriteEndObject();
        json.WriteStartObject("default");
        json.WriteString("$ref", "#/components/responses/refused");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, OwnOperation operation)
    {
        var inPath = operation.Pattern.Split('/').Where(static segment => segment.StartsWith('{')).Select(static segment => segment.Trim('{', '*', '}')).ToList();
        if (inPath.Count + operation.Query.Count == 0)
        {
            return;
        }

        json.WriteStartArray("parameters");
        foreach (var (name, place) in inPath.Select(static name => (name, "path")).Concat(operation.Query.Select(static name => (name, "query"))))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("in", place);
            json.WriteBoolean("required", place == "path");
            json.WriteStartObject("schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The first segment behind the prefix.</summary>
    private static string TagOf(string pattern) => pattern.StartsWith("/api/v1/", StringComparison.Ordinal) ? pattern.Split('/')[3] : "gateway";

    private static void WriteComponents(Utf8JsonWriter json) => json.WriteRawMembers("""
        {
          "components": {
            "responses": {
              "refused": {
                "description": "It was not done; the message says why, and what to do.",
                "content": { "application/json": { "schema": { "type": "object", "required": ["message"], "properties": { "message": { "type": "string" } } } } }
              }
            },
            "securitySchemes": {
              "token": { "type": "http", "scheme": "bearer", "description": "'roost token create' makes one." },
              "certificate": { "type": "mutualTLS" },
              "signature": { "type": "apiKey", "in": "header", "name": "Authorization", "description": "AWS Signature Version 4, with an access key of this gateway." }
            }
          },
          "security": [ { "token": [] }, { "certificate": [] }, { "signature": [] } ]
        }
        """);

    private static void WriteRawMembers(this Utf8JsonWriter json, string members)
    {
        using var parsed = JsonDocument.Parse(members);
        foreach (var member in parsed.RootElement.EnumerateObject())
        {
            member.WriteTo(json);
        }
    }
}
