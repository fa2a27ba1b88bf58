using System.Text.Json.Serialization;

namespace Roost.LocalLambda.Rollouts;

/// <summary>One rollout of one function, the last there was. It is kept in the function's record, so that what serves and what the rollout says change together.</summary>
internal sealed record Rollout
{
    public required string Id { get; init; }

    /// <summary>The published version that served before.</summary>
    public required string Stable { get; init; }

    /// <summary>The published version of the new code and settings.</summary>
    public required string Canary { get; init; }

    public required RolloutPlan Plan { get; init; }

    public RolloutState State { get; init; }

    /// <summary>Why it ended, with figures; null while it has not.</summary>
    public string? Reason { get; init; }

    /// <summary>By the wall clock, to be shown only.</summary>
    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Index of the plan's step that is on.</summary>
    public int Step { get; init; }

    /// <summary>How long both versions have served, as far as it is kept. Time in which the daemon did not run, and what a clock that is set makes of it, does not count.</summary>
    public TimeSpan Elapsed { get; init; }

    public VersionFigures StableFigures { get; init; } = VersionFigures.None;

    public VersionFigures CanaryFigures { get; init; } = VersionFigures.None;

    [JsonIgnore]
    public bool IsInProgress => State == RolloutState.InProgress;

    /// <summary>The canary's share of calls.</summary>
    [JsonIgnore]
    public double Weight => Plan.Steps[Step];

    /// <summary>What has become of it by now: the same object as long as there is nothing to decide.</summary>
    /// <param name="now">To be shown only.</param>
    public Rollout Judge(TimeSpan elapsed, VersionFigures stable, VersionFigures canary, DateTimeOffset now)
    {
        var seen = this with { Elapsed = elapsed, StableFigures = stable, CanaryFigures = canary };
        var isEnough = canary.Invocations >= Plan.LeastInvocations;
        var isOver = elapsed >= Plan.Time;
        var few = isEnough ? "" : $"; its time is over, with fewer than the {Plan.LeastInvocations} invocations from which on its rules count before";

        // At the end whatever there is decides: most functions of a gateway are called too seldom to have enough by then.
        if ((isEnough || isOver) && FaultOf(canary) is { } fault)
        {
            return seen.End(RolloutState.RolledBack, fault + few, now);
        }

        if (isOver)
        {
            return seen.End(RolloutState.Promoted, $"no rule was broken in {canary.Invocations} invocations{few}", now);
        }

        return Plan.StepAt(elapsed) is var step && step > Step ? seen with { Step = step } : this;
    }

    public Rollout End(RolloutState state, string reason, DateTimeOffset now) => this with { State = state, Reason = reason, EndedAt = now };

    private string? FaultOf(VersionFigures figures) =>
        Plan.RollbackOn.Select((text, i) => RolloutRule.TryParse(text)?.FaultOf(figures, i < figures.Slow.Count ? figures.Slow[i] : 0)).FirstOrDefault(fault => fault is not null);
}
