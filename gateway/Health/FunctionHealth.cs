using Roost.LocalLambda;

namespace Roost.Gateway.Health;

/// <summary>Down when functions could not be started; degraded by damage that was found since the start, by every function that failed to load or that this machine cannot isolate, by one whose stream does not exist, by one that fails more often than not, and while none is isolated.</summary>
internal sealed class FunctionHealth(FunctionHost functions) : IHealthSource
{
    /// <summary>Fewer errors in five minutes are somebody's try, not a function that is ill.</summary>
    private const int ManyErrors = 5;

    public RoomHealth Check() =>
        functions.Fault is { } fault ? new("functions", RoomState.Down, fault)
        : functions.Damage is { Count: > 0 } damage ? new("functions", RoomState.Degraded, $"{damage[0]}{(damage.Count > 1 ? $". And {damage.Count - 1} more, which 'roost doctor' names" : "")}. The next start takes it as it is")
        : Judge(functions.Functions, functions.Isolation);

    /// <param name="isolation">Null while it is not known.</param>
    internal static RoomHealth Judge(IReadOnlyList<FunctionStatus> all, FunctionIsolation? isolation)
    {
        var failed = all.Where(function => function.State != "ready").ToList();
        if (failed.Count > 0)
        {
            return new("functions", RoomState.Degraded, $"{failed.Count} of {all.Count} cannot run. {failed[0].Name}: {string.Join(" ", failed[0].Faults)}");
        }

        var faulty = all.Where(function => function.Faults.Count > 0).ToList();
        if (faulty.Count > 0)
        {
            return new("functions", RoomState.Degraded, $"{faulty.Count} of {all.Count} run the version before, because of a fault in what is to replace it. {faulty[0].Name}: {faulty[0].Faults[0]}");
        }

        var failing = all.Where(function => function.RecentErrors >= ManyErrors && function.RecentErrors * 2 > function.RecentInvocations).ToList();
        if (failing.Count == 0)
        {
            if (all.FirstOrDefault(function => function.MissingStreams.Count > 0) is { } waiting)
            {
                return new("functions", RoomState.Degraded, $"{waiting.Name} is to have the records of stream {waiting.MissingStreams[0]}, which does not exist; 'roost stream create {waiting.MissingStreams[0]}' makes it, or correct the name");
            }

            return isolation is { Mode: "none" } ? new("functions", RoomState.Degraded, "they run without isolation, as functions.isolation says") : new("functions", RoomState.Up);
        }

        return new("functions", RoomState.Degraded, $"{failing[0].Name} failed {failing[0].RecentErrors} of {failing[0].RecentInvocations} times in five minutes; 'roost fn show {failing[0].Name}' has the last errors{(failing.Count > 1 ? $". So did {failing.Count - 1} more" : "")}");
    }
}
