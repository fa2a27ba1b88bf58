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

    public required string RequestId { get; init; }

    /// <summary>The version or alias that was asked for; null for none.</summary>
    public string? Qualifier { get; init; }

    /// <summary>Runs that failed before this one.</summary>
    public int Failures { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

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
        TraceId = context.Trace?.XRay,
        TraceParent = context.Trace?.TraceParent,
        TraceState = context.Trace?.TraceState,
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, QueueJson.Default.QueuedInvocation);

    public static QueuedInvocation FromBytes(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, QueueJson.Default.QueuedInvocation)!;

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
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QueuedInvocation))]
[JsonSerializable(typeof(DeadLetter))]
internal sealed partial class QueueJson : JsonSerializerContext;
