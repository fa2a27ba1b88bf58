using System.Collections.Concurrent;
using Roost.Mqtt;

namespace Roost.LocalLambda.Tests.Sources;

/// <summary>Keeps what sources call with, and answers as a test says.</summary>
internal sealed class RecordingInvoker : IFunctionInvoker
{
    private readonly ConcurrentQueue<(byte[] Payload, InvocationContext Context)> _calls = new();

    /// <summary>How many of the next calls find the queue full.</summary>
    public int Refusals { get; set; }

    /// <summary>What a synchronous call answers.</summary>
    public Func<byte[], CancellationToken, Task<InvocationResult>> Answer { get; set; } = (_, _) => Task.FromResult(Succeeded("null"));

    public IReadOnlyList<byte[]> Payloads => [.. _calls.Select(call => call.Payload)];

    public IReadOnlyList<InvocationContext> Contexts => [.. _calls.Select(call => call.Context)];

    public IReadOnlyList<FunctionStatus> Functions => [];

    public static InvocationResult Succeeded(string json) => new() { RequestId = "00000000-0000-0000-0000-000000000001", Payload = System.Text.Encoding.UTF8.GetBytes(json) };

    public static InvocationResult Failed() => Succeeded("""{"errorMessage":"no","errorType":"ValueError"}""") with { FunctionError = "Unhandled" };

    public Task<InvocationResult> InvokeAsync(string name, ReadOnlyMemory<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        RefuseIfAsked(name);
        _calls.Enqueue((payload.ToArray(), context));
        return Answer(payload.ToArray(), cancellationToken);
    }

    public ValueTask<string> EnqueueAsync(string name, ReadOnlySpan<byte> payload, InvocationContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            RefuseIfAsked(name);
            _calls.Enqueue((payload.ToArray(), context));
            return ValueTask.FromResult("");
        }
        catch (FunctionThrottledException exception)
        {
            return ValueTask.FromException<string>(exception);
        }
    }

    public ValueTask EnqueueAsync(string name, in PublishedMessage message, TopicName? answerTopic = null) =>
        throw new NotSupportedException("Topics are tested with a whole host.");

    private void RefuseIfAsked(string name)
    {
        if (Refusals > 0)
        {
            Refusals--;
            throw new FunctionThrottledException(name, "full");
        }
    }
}
