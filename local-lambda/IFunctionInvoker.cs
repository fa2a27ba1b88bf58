using Roost.Mqtt;

namespace Roost.LocalLambda;

/// <summary>Calls functions. Any thread may call.</summary>
public interface IFunctionInvoker
{
    /// <summary>The functions found in the folder, those that failed to load included, in the order of their names.</summary>
    IReadOnlyList<FunctionStatus> Functions { get; }

    /// <summary>Calls a function and waits for its answer (invocation type RequestResponse).</summary>
    /// <param name="name">The function's own name, without qualifier.</param>
    /// <param name="payload">The event: JSON, at most 6 MiB. It must not change until the result is there.</param>
    /// <returns>Also for a function that failed: then <see cref="InvocationResult.FunctionError"/> is set.</returns>
    /// <exception cref="FunctionNotFoundException">There is no such function, or no such qualifier.</exception>
    /// <exception cref="FunctionThrottledException">All workers are busy and the queue is full.</exception>
    /// <exception cref="FunctionUnavailableException">It failed to load, or this machine cannot isolate it.</exception>
    /// <exception cref="PayloadTooLargeException">The payload is larger than 6 MiB.</exception>
    Task<InvocationResult> InvokeAsync(string name, ReadOnlyMemory<byte> payload, InvocationContext context, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps the event and calls the function later (invocation type Event): at least once, up to twice more when it fails, then the
    /// event is recorded as a dead letter. The payload, JSON of at most 1 MiB, is copied before the method returns, so that it may
    /// be called on the broker's loop.
    /// </summary>
    /// <returns>The request identifier; completes once the event is durable.</returns>
    /// <exception cref="FunctionThrottledException">The function's durable queue is full.</exception>
    /// <inheritdoc cref="InvokeAsync" path="/exception"/>
    ValueTask<string> EnqueueAsync(string name, ReadOnlySpan<byte> payload, InvocationContext context, CancellationToken cancellationToken = default);

    /// <summary>
    /// <see cref="EnqueueAsync"/> for a message: the event is <see cref="FunctionEvent.FromPayload"/>, the topic stands in the client context
    /// as <c>custom.subject</c>. The answer goes to <paramref name="answerTopic"/>, else to the message's Response Topic, if any, with its Correlation Data.
    /// </summary>
    ValueTask EnqueueAsync(string name, in PublishedMessage message, TopicName? answerTopic = null);
}
