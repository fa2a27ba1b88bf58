using Roost.LocalLambda;

namespace Roost.Gateway.Health;

/// <summary>Degraded by every function that failed to load or that this machine cannot isolate, and while none is isolated.</summary>
internal sealed class FunctionHealth(FunctionHost functions) : IHealthSource
{
    public RoomHealth Check()
    {
        var failed = functions.Functions.Where(function => function.Faults.Count > 0).ToList();
        return failed.Count == 0
            ? functions.Isolation is { Mode: "none" } ? new("functions", RoomState.Degraded, "they run without isolation, as functions.isolation says") : new("functions", RoomState.Up)
            : new("functions", RoomState.Degraded, $"{failed.Count} of {functions.Functions.Count} cannot run. {failed[0].Name}: {failed[0].Faults[0]}");
    }
}
