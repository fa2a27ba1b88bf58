using Roost.Mqtt;

namespace Roost.LocalLambda;

/// <summary>What goes with an event.</summary>
public sealed record InvocationContext
{
    public static InvocationContext Default { get; } = new();

    /// <summary>The client context as a JSON object; null for none.</summary>
    public string? ClientContextJson { get; init; }

    /// <summary>A version, an alias or <c>$LATEST</c>; null for the function as it is served now.</summary>
    public string? Qualifier { get; init; }

    /// <summary>The trace that the invocation belongs to; null begins one.</summary>
    public TraceContext? Trace { get; init; }

    /// <summary>True: <see cref="InvocationResult.LogTail"/> is wanted. Synchronous invocations only.</summary>
    public bool WithLogTail { get; init; }

    /// <summary>Where the answer of an asynchronous invocation is published at QoS 1; null for nowhere.</summary>
    public TopicName? AnswerTopic { get; init; }

    /// <summary>Sent along with the answer.</summary>
    public ReadOnlyMemory<byte>? CorrelationData { get; init; }

    /// <summary>The routes that the event has passed, sent along with the answer so that no route gets its own answers for ever; null for none.</summary>
    public string? Routes { get; init; }

    /// <summary>Destinations of asynchronous invocations that the event has passed on its way here; bounded, so that no circle of them runs for ever.</summary>
    public int Hops { get; init; }
}
