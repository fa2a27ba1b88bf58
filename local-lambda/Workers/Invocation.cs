using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Workers;

/// <summary>One call of a function, from its acceptance to its result. Its pool owns the mutable state.</summary>
internal sealed class Invocation(string requestId, ReadOnlyMemory<byte> payload, string? clientContextJson, bool hasCaller, bool withLogTail)
{
    // Asynchronously: whoever waits for a result must not run on the connection that the worker needs for its next event.
    private readonly TaskCompletionSource<InvocationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Action? _ended;

    public string RequestId { get; } = requestId;

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    public string? ClientContextJson { get; } = clientContextJson;

    /// <summary>Whether somebody waits for the result; false for one from the durable queue.</summary>
    public bool HasCaller { get; } = hasCaller;

    /// <summary>Null when nobody asked for it.</summary>
    public LogTail? Tail { get; } = withLogTail ? new LogTail() : null;

    public Task<InvocationResult> Result => _result.Task;

    /// <summary>Null until the event is delivered, when none was given: a trace begins there.</summary>
    public TraceContext? Trace { get; set; }

    /// <summary>What its event has passed, see <see cref="FunctionTrace"/>; null for nothing.</summary>
    public string? Routes { get; init; }

    /// <summary>The pool that it was submitted to last.</summary>
    public WorkerPool? Pool { get; set; }

    /// <summary>When a worker was chosen; the deadline counts from here.</summary>
    public long StartedAt { get; set; }

    public DateTimeOffset Deadline { get; set; }

    /// <summary>True once the event has left for the worker: from then on running it again might do something twice.</summary>
    public bool Delivered { get; set; }

    /// <summary>A second worker was started on its behalf, and none is again.</summary>
    public bool IsHedged { get; set; }

    /// <summary>The init duration that its REPORT line tells; null for a warm start.</summary>
    public TimeSpan? InitDuration { get; set; }

    /// <summary>Of the answer; set by who takes it.</summary>
    public string ContentType { get; set; } = InvocationResult.Json;

    /// <summary>Sets what is done once when it has ended, however it ends.</summary>
    public void WhenEnded(Action action) => _ended = action;

    /// <summary>Where its end counts; null for a call that no rollout divides.</summary>
    public RolloutFigures? Figures { get; set; }

    /// <summary>See <see cref="InvocationResult.IsFaultOfMachine"/>.</summary>
    public bool IsFaultOfMachine { get; set; }

    public void Complete(ReadOnlyMemory<byte> payload, string? functionError, string version)
    {
        Figures?.Count(version, functionError is not null, StartedAt);
        _result.TrySetResult(new InvocationResult
        {
            RequestId = RequestId,
            Payload = payload,
            FunctionError = functionError,
            ContentType = functionError is null ? ContentType : InvocationResult.Json,
            IsFaultOfMachine = IsFaultOfMachine,
            LogTail = Tail is { } tail ? tail.ToArray() : (ReadOnlyMemory<byte>?)null,
            ExecutedVersion = version,
        });
        End();
    }

    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);
        End();
    }

    /// <summary>It will never run, and nobody waits for it.</summary>
    public void Abandon()
    {
        _result.TrySetCanceled();
        End();
    }

    private void End() => Interlocked.Exchange(ref _ended, null)?.Invoke();
}
