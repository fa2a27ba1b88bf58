using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Queue;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda;

/// <summary>A function that was found: one that runs, or one that failed to load and only has faults.</summary>
internal sealed record Function(string Name, FunctionLog Log, IReadOnlyList<string> Faults)
{
    /// <summary>Null for a function that failed to load.</summary>
    public FunctionDefinition? Definition { get; init; }

    public WorkerPool? Pool { get; init; }

    public InvocationQueue? Queue { get; init; }

    public FunctionStatus Status()
    {
        var (workers, busy, waiting) = Pool?.Count() ?? default;
        return new FunctionStatus(
            Name,
            new FunctionArn(Name, null).ToString(),
            Pool is null ? "failed" : "ready",
            Faults,
            Definition?.Notes ?? [],
            Definition?.Runtime.Name,
            Definition?.Handler,
            Definition?.MemoryBytes ?? 0,
            Definition?.Timeout ?? TimeSpan.Zero,
            workers,
            busy,
            waiting,
            Queue?.Count ?? 0);
    }
}
