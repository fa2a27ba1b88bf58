using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.Mqtt;

namespace Roost.LocalLambda.Queue;

/// <summary>What is kept of an asynchronous invocation besides its event. See docs/formats/function-queue.md; unknown members are ignored, so that it may grow.</summary>
internal sealed record QueuedInvocation
{
    /// <summary>User property in which a message carries the routes that it has passed.</summary>
    public const string RoutesProperty = "roost-routes";

    /// <summary>User properties in which a message, or the answer to it, carries its trace.</summary>
    public const string TraceParentProperty = "traceparent";
    public const string TraceStateProperty = "tracestate";
    public const string XRayProperty = "x-amzn-trace-id";

    /// <summary>User property in which a record, or an answer, carries how many destinations its event has passed.</summary>
    public const string HopsProperty = "roost-hops";

    public required string RequestId { get; init; }

    /// <summary>The version or alias that was asked for; null for none.</summary>
    public string? Qualifier { get; init; }

    /// <summary>Runs that failed before this one.</summary>
    public int Failures { get; init; }

    /// <summary>Times that it could not be run, or not be delivered, for want of something.</summary>
    public int Throttles { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it was accepted, in milliseconds of the <see cref="EventClock"/>; null in queues of former releases.</summary>
    public long? TakenAt { get; init; }

    /// <summary>Not before, in milliseconds of the <see cref="EventClock"/>.</summary>
    public long Due { get; init; }

    /// <summary>Offset of the record that this one stands for from now on; null for a new event.</summary>
    public long? Replaces { get; init; }

    /// <summary>Destinations that the event has passed.</summary>
    public int Hops { get; init; }

    /// <summary>Set when the payload is no event, but a record for a destination.</summary>
    public QueueDelivery? Delivery { get; init; }

    public string? ClientContext { get; init; }

    public string? AnswerTopic { get; init; }

    public byte[]? CorrelationData { get; init; }

    public string? Routes { get; init; }

    /// <summary>X-Ray's header; null begins a trace with each try.</summary>
    public string? TraceId { get; init; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>Null for none.</summary>
    [JsonIgnore]
    public TraceContext? Trace => TraceContext.From(TraceId, TraceParent, TraceState);

    public static QueuedInvocation From(string requestId, InvocationContext context, DateTimeOffset now) => new()
    {
        RequestId = requestId,
        Qualifier = context.Qualifier,
        EnqueuedAt = now,
        ClientContext = context.ClientContextJson,
        AnswerTopic = context.AnswerTopic?.Value,
        CorrelationData = context.CorrelationData?.ToArray(),
        Routes = context.Routes,
        Hops = context.Hops,
        TraceId = context.Trace?.XRay,
        TraceParent = context.Trace?.TraceParent,
        TraceState = context.Trace?.TraceState,
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, QueueJson.Default.QueuedInvocation);

    public static QueuedInvocation FromBytes(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, QueueJson.Default.QueuedInvocation)!;

    /// <param name="offset">Where it lies in its queue's log.</param>
    /// <param name="bytes">Of the whole record.</param>
    public QueueEntry ToEntry(long offset, int bytes, EventClock ages) => new()
    {
        Offset = offset,
        ReadFrom = offset,
        Qualifier = Qualifier,
        Bytes = bytes,
        TakenAt = TakenAt is { } taken ? ages.Believe(TimeSpan.FromMilliseconds(taken)) : ages.Start,
        IsDelivery = Delivery is not null,
        Failures = Failures,
        Throttles = Throttles,
        Due = TimeSpan.FromMilliseconds(Due),
    };

    /// <returns>Null when the caller wants no answer.</returns>
    public MqttMessage? AnswerWith(InvocationResult result) => AnswerTopic is null ? null : new MqttMessage
    {
        Topic = TopicName.Parse(AnswerTopic),
        Payload = result.Payload,
        QualityOfService = QualityOfService.AtLeastOnce,
        Properties = new MqttMessageProperties
        {
            CorrelationData = CorrelationData,
            ContentType = result.ContentType,
            UserProperties = [.. UserPropertiesOf(result)],
        },
    };

    private IEnumerable<UserProperty> UserPropertiesOf(InvocationResult result)
    {
        if (result.FunctionError is not null)
        {
            yield return new UserProperty("function-error", result.FunctionError);
        }

        if (Trace is { } trace)
        {
            yield return new UserProperty(TraceParentProperty, trace.TraceParent);
            if (trace.TraceState is not null)
            {
                yield return new UserProperty(TraceStateProperty, trace.TraceState);
            }
        }

        if (Routes is not null)
        {
            yield return new UserProperty(RoutesProperty, Routes);
        }

        if (Hops > 0)
        {
            yield return new UserProperty(HopsProperty, $"{Hops}");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QueuedInvocation))]
[JsonSerializable(typeof(QueueMark))]
internal sealed partial class QueueJson : JsonSerializerContext;
