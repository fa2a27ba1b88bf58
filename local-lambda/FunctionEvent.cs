using System.Text.Json;

namespace Roost.LocalLambda;

/// <summary>Makes an event of a message's payload.</summary>
public static class FunctionEvent
{
    /// <summary>
    /// A payload that is JSON is the event as it is, as with an AWS IoT rule <c>SELECT *</c>. Any other payload, the empty one too, becomes
    /// <c>{"data":"(base64)"}</c>, as with the rule <c>SELECT encode(*, 'base64') AS data</c> that AWS asks to write for binary payloads.
    /// </summary>
    public static byte[] FromPayload(ReadOnlySpan<byte> payload) =>
        IsJson(payload) ? payload.ToArray() : System.Text.Encoding.ASCII.GetBytes($$"""{"data":"{{Convert.ToBase64String(payload)}}"}""");

    /// <summary>The client context that tells a function where its event comes from: <c>{"custom":{"subject":TOPIC}}</c>.</summary>
    public static string ClientContext(string topic) => $$$"""{"custom":{"subject":"{{{JsonEncodedText.Encode(topic)}}}"}}""";

    /// <param name="about">What is told besides the topic, as further members of <c>custom</c>.</param>
    /// <inheritdoc cref="ClientContext(string)"/>
    internal static string ClientContext(string topic, IReadOnlyList<KeyValuePair<string, string>> about)
    {
        var custom = new Dictionary<string, string>(about.Prepend(new("subject", topic)));
        return $$"""{"custom":{{JsonSerializer.Serialize(custom)}}}""";
    }

    /// <summary>True for exactly one JSON value in valid UTF-8, of a depth of at most 64.</summary>
    public static bool IsJson(ReadOnlySpan<byte> payload) => FaultOf(payload) is null;

    /// <returns>Null for valid JSON, else what is wrong and where.</returns>
    internal static string? FaultOf(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !System.Text.Unicode.Utf8.IsValid(reader.ValueSpan))
                {
                    return "Invalid UTF-8";
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }
}
