using System.Text.Json;

namespace Roost.LocalLambda.Queue;

/// <summary>An asynchronous invocation that was given up, in the form of Lambda's on-failure destination.</summary>
internal sealed record DeadLetter
{
    public string Version { get; init; } = "1.0";

    public required DateTimeOffset Timestamp { get; init; }

    public required Request RequestContext { get; init; }

    public required JsonElement RequestPayload { get; init; }

    public required Response ResponseContext { get; init; }

    public required JsonElement ResponsePayload { get; init; }

    public static DeadLetter Of(FunctionArn function, QueuedInvocation invocation, ReadOnlyMemory<byte> payload, InvocationResult result, DateTimeOffset now) => new()
    {
        Timestamp = now,
        RequestContext = new Request(invocation.RequestId, $"{function}:{invocation.Qualifier ?? FunctionArn.Latest}", "RetriesExhausted", invocation.Failures + 1),
        RequestPayload = Element(payload),
        ResponseContext = new Response(result.StatusCode, result.ExecutedVersion, result.FunctionError),
        ResponsePayload = Element(result.Payload),
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, QueueJson.Default.DeadLetter);

    /// <summary>Bytes that are no JSON stand as those of a message do: <c>{"data":BASE64}</c>.</summary>
    private static JsonElement Element(ReadOnlyMemory<byte> payload)
    {
        var reader = new Utf8JsonReader(payload.IsEmpty ? "null"u8 : FunctionEvent.FromPayload(payload.Span));
        return JsonElement.ParseValue(ref reader);
    }

    internal sealed record Request(string RequestId, string FunctionArn, string Condition, int ApproximateInvokeCount);

    internal sealed record Response(int StatusCode, string ExecutedVersion, string? FunctionError);
}
