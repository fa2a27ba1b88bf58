using System.Text.Json;
using System.Text.Json.Nodes;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Rollouts;

/// <summary>A rollout as operators and programs see it: in the API, in messages, in lists.</summary>
internal static class RolloutView
{
    /// <param name="figures">What is counted now; null for what is kept.</param>
    public static JsonObject Of(string function, Rollout rollout, RolloutFigures? figures)
    {
        var (stable, canary) = figures is not null && figures.Id == rollout.Id ? figures.Read() : (rollout.StableFigures, rollout.CanaryFigures);
        var elapsed = figures is not null && figures.Id == rollout.Id ? figures.Elapsed : rollout.Elapsed;
        return new JsonObject
        {
            ["id"] = rollout.Id,
            ["function"] = function,
            ["state"] = StateOf(rollout.State),
            ["reason"] = rollout.Reason,
            ["stable"] = Version(rollout.Stable, stable, rollout.IsInProgress ? 1 - rollout.Weight : rollout.State == RolloutState.RolledBack ? 1 : 0),
            ["canary"] = Version(rollout.Canary, canary, rollout.IsInProgress ? rollout.Weight : rollout.State == RolloutState.Promoted ? 1 : 0),
            ["steps"] = new JsonArray([.. rollout.Plan.Steps.Select(step => (JsonNode)step)]),
            ["step"] = rollout.Step,
            ["stepSeconds"] = rollout.Plan.StepTime.TotalSeconds,
            ["elapsedSeconds"] = Math.Round(elapsed.TotalSeconds, 1),
            ["remainingSeconds"] = rollout.IsInProgress ? Math.Max(0, Math.Round((rollout.Plan.Time - elapsed).TotalSeconds, 1)) : 0,
            ["rollbackOn"] = new JsonArray([.. rollout.Plan.RollbackOn.Select(rule => (JsonNode)rule)]),
            ["minInvocations"] = rollout.Plan.LeastInvocations,
            ["startedAt"] = JsonSerializer.SerializeToNode(rollout.StartedAt),
            ["endedAt"] = rollout.EndedAt is { } ended ? JsonSerializer.SerializeToNode(ended) : null,
        };
    }

    public static string StateOf(RolloutState state) => state switch
    {
        RolloutState.InProgress => "in-progress",
        RolloutState.Promoted => "promoted",
        RolloutState.RolledBack => "rolled-back",
        _ => "superseded",
    };

    /// <summary>For a list's line; null when nothing is worth a word.</summary>
    public static string? NoteOn(FunctionRecord record, RolloutFigures? figures) => record.Rollout switch
    {
        { IsInProgress: true } rollout => FormattableString.Invariant($"rollout: version {rollout.Canary} gets {100 * rollout.Weight:0.##}% of the calls, version {rollout.Stable} the rest; {Remaining(rollout, figures)} left"),
        { State: RolloutState.RolledBack } rollout when FunctionRecord.IsSame(record.Latest, record.FindVersion(rollout.Stable) ?? record.Latest) =>
            $"version {rollout.Canary} was rolled back to version {rollout.Stable}: {rollout.Reason}",
        _ => null,
    };

    private static string Remaining(Rollout rollout, RolloutFigures? figures) => (rollout.Plan.Time - (figures?.Elapsed ?? rollout.Elapsed)) switch
    {
        { TotalSeconds: < 0 } => "0 s",
        { TotalMinutes: < 2 } left => FormattableString.Invariant($"{left.TotalSeconds:0} s"),
        { TotalHours: < 2 } left => FormattableString.Invariant($"{left.TotalMinutes:0} min"),
        var left => FormattableString.Invariant($"{left.TotalHours:0.#} h"),
    };

    private static JsonObject Version(string version, VersionFigures figures, double share) => new()
    {
        ["version"] = version,
        ["share"] = Math.Round(share, 4),
        ["invocations"] = figures.Invocations,
        ["errors"] = figures.Errors,
        ["p50Milliseconds"] = Math.Round(figures.Percentile(0.5).TotalMilliseconds, 1),
        ["p95Milliseconds"] = Math.Round(figures.Percentile(0.95).TotalMilliseconds, 1),
    };
}
