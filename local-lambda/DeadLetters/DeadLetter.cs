using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Queue;

namespace Roost.LocalLambda.DeadLetters;

/// <summary>What was given up, and why. Kept as headers of the record that Lambda's on-failure destination would get; see docs/formats/function-queue.md.</summary>
internal sealed record DeadLetter
{
    /// <summary>An asynchronous invocation that failed, or grew too old.</summary>
    public const string EventKind = "event";

    /// <summary>The record of an invocation that its destination did not take.</summary>
    public const string DeliveryKind = "delivery";

    /// <summary>A batch of a stream: the record says where it lies, and has no payload.</summary>
    public const string BatchKind = "batch";

    /// <summary>As AWS has it for the attribute ErrorMessage of a dead letter.</summary>
    public const int MaxErrorMessageBytes = 1024;

    private const int MaxRecordBytes = 15 * 1024 * 1024;

    public required string Kind { get; init; }

    public required string RequestId { get; init; }

    /// <summary>As in the record; see <see cref="QueueCondition"/>.</summary>
    public required string Condition { get; init; }

    /// <summary>A status of HTTP; 0 when nothing was run.</summary>
    public int ErrorCode { get; init; }

    public required string ErrorMessage { get; init; }

    /// <summary>Runs that there were.</summary>
    public int Attempts { get; init; }

    /// <summary>Size of the event; 0 for a batch.</summary>
    public int EventBytes { get; init; }

    /// <summary>The event is no JSON: the record has it as <c>{"data":BASE64}</c>, and <c>null</c> for an empty one.</summary>
    public bool Binary { get; init; }

    /// <summary>What went with the event, for a replay; null for what cannot be replayed and for letters of former releases.</summary>
    public QueuedInvocation? Queued { get; init; }

    public static (DeadLetter Letter, byte[] Record) Of(string function, QueueEnd end, DateTimeOffset now) => (
        new DeadLetter
        {
            Kind = EventKind,
            RequestId = end.Queued.RequestId,
            Condition = end.Condition,
            ErrorCode = end.ErrorCode,
            ErrorMessage = Cut(end.ErrorMessage),
            Attempts = end.Attempts,
            EventBytes = end.Payload.Length,
            Binary = !FunctionEvent.IsJson(end.Payload.Span),
            Queued = end.Queued,
        },
        DestinationRecord.Write(function, end, now, MaxRecordBytes));

    /// <param name="reason">Why the destination did not take it.</param>
    public static DeadLetter Of(QueuedInvocation queued, QueueDelivery delivery, string reason) => new()
    {
        Kind = DeliveryKind,
        RequestId = queued.RequestId,
        Condition = delivery.Condition,
        ErrorCode = delivery.ErrorCode,
        ErrorMessage = Cut($"{delivery.To} did not take the record: {reason}"),
        Attempts = delivery.Attempts,
        EventBytes = delivery.EventBytes,
        Queued = queued,
    };

    /// <summary>Reads what a record says itself: of a batch, or of a letter that was kept by a former release.</summary>
    /// <param name="record">A destination record of Lambda's.</param>
    public static DeadLetter Read(ReadOnlyMemory<byte> record)
    {
        using var document = JsonDocument.Parse(record);
        var root = document.RootElement;
        var context = root.GetProperty("requestContext");
        var condition = context.GetProperty("condition").GetString()!;
        var hasEvent = root.TryGetProperty("requestPayload", out var request);
        return new DeadLetter
        {
            Kind = hasEvent ? EventKind : BatchKind,
            RequestId = context.GetProperty("requestId").GetString()!,
            Condition = condition,
            ErrorCode = root.TryGetProperty("responseContext", out var response) && response.TryGetProperty("statusCode", out var status) ? status.GetInt32() : 0,
            ErrorMessage = Cut(root.TryGetProperty("responsePayload", out var payload) && payload.ValueKind == JsonValueKind.Object
                && payload.TryGetProperty("errorMessage", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : condition),
            Attempts = context.GetProperty("approximateInvokeCount").GetInt32(),
            EventBytes = hasEvent ? Encoding.UTF8.GetByteCount(request.GetRawText()) : 0,
            Queued = hasEvent ? QueuedAs(context) : null,
        };
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, DeadLetterJson.Default.DeadLetter);

    private static QueuedInvocation QueuedAs(JsonElement context) => new()
    {
        RequestId = context.GetProperty("requestId").GetString()!,
        Qualifier = FunctionArn.TryParse(context.GetProperty("functionArn").GetString()!, out var arn) && arn.Qualifier != FunctionArn.Latest ? arn.Qualifier : null,
        EnqueuedAt = default,
    };

    private static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxErrorMessageBytes)
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text).AsSpan(0, MaxErrorMessageBytes);
        while ((bytes[^1] & 0xC0) == 0x80)
        {
            bytes = bytes[..^1]; // back to the first byte of the character that may be cut
        }

        return Encoding.UTF8.GetString((bytes[^1] & 0x80) == 0 ? bytes : bytes[..^1]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(DeadLetterRemoval))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
