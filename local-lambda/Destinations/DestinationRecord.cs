using System.Globalization;
using System.Text.Json;
using Roost.LocalLambda.Queue;

namespace Roost.LocalLambda.Destinations;

/// <summary>What a destination gets of an asynchronous invocation: AWS Lambda's record, version 1.0.</summary>
internal static class DestinationRecord
{
    /// <param name="maxBytes">Where the record would be larger, the response's payload is left out, and then the request's.</param>
    public static byte[] Write(string function, QueueEnd end, DateTimeOffset now, int maxBytes)
    {
        var response = end.Result?.Payload ?? default;
        var record = Write(function, end, now, end.Payload.Span, response.Span);
        if (record.Length > maxBytes)
        {
            record = Write(function, end, now, end.Payload.Span, LeftOut(response.Length, maxBytes));
        }

        return record.Length > maxBytes ? Write(function, end, now, LeftOut(end.Payload.Length, maxBytes), LeftOut(response.Length, maxBytes)) : record;
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static byte[] Write(string function, QueueEnd end, DateTimeOffset now, ReadOnlySpan<byte> request, ReadOnlySpan<byte> response)
    {
        using var buffer = new MemoryStream(request.Length + response.Length + 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteString("timestamp", Text(now));
            json.WriteStartObject("requestContext");
            json.WriteString("requestId", end.Queued.RequestId);
            json.WriteString("functionArn", new FunctionArn(function, end.Queued.Qualifier ?? FunctionArn.Latest).ToString());
            json.WriteString("condition", end.Condition);
            json.WriteNumber("approximateInvokeCount", end.Attempts);
            json.WriteEndObject();
            WritePayload(json, "requestPayload", request);
            if (end.Result is { } result)
            {
                json.WriteStartObject("responseContext");
                json.WriteNumber("statusCode", result.StatusCode);
                json.WriteString("executedVersion", result.ExecutedVersion);
                if (result.FunctionError is not null)
                {
                    json.WriteString("functionError", result.FunctionError);
                }

                json.WriteEndObject();
                WritePayload(json, "responsePayload", response);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>As it is, byte for byte; bytes that are no JSON stand as those of a message do: <c>{"data":BASE64}</c>.</summary>
    private static void WritePayload(Utf8JsonWriter json, string name, ReadOnlySpan<byte> payload)
    {
        json.WritePropertyName(name);
        if (payload.IsEmpty)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteRawValue(FunctionEvent.IsJson(payload) ? payload : FunctionEvent.FromPayload(payload), skipInputValidation: true);
        }
    }

    private static byte[] LeftOut(int bytes, int maxBytes) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["errorType"] = "Destination.PayloadTooLarge",
        ["errorMessage"] = $"A payload of {bytes} bytes is left out: the record may have {maxBytes} bytes.",
    });
}
