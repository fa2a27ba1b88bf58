using System.Globalization;
using System.Text.Json.Serialization;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Rollouts;

/// <summary>How a new version gets its share of the calls, and what ends that.</summary>
internal sealed record RolloutPlan
{
    public const int MaxSteps = 20;
    public const int MaxRules = 8;
    public const string DefaultRule = "errors>1%";
    public const int DefaultLeastInvocations = 20;

    /// <summary>The new version's shares, one after the other, each above 0 and at most 1.</summary>
    public required IReadOnlyList<double> Steps { get; init; }

    /// <summary>How long each step takes.</summary>
    public required TimeSpan StepTime { get; init; }

    /// <summary>Each of <see cref="RolloutRule"/>'s form.</summary>
    public required IReadOnlyList<string> RollbackOn { get; init; }

    /// <summary>Before the new version has had so many, no rule is looked at, but at the end.</summary>
    public int LeastInvocations { get; init; } = DefaultLeastInvocations;

    [JsonIgnore]
    public TimeSpan Time => StepTime * Steps.Count;

    /// <summary>The step that is on after so much time; the last one also after the end.</summary>
    public int StepAt(TimeSpan elapsed) => (int)Math.Min(Steps.Count - 1, elapsed.Ticks / StepTime.Ticks);

    public bool IsSame(RolloutPlan other) => StepTime == other.StepTime && LeastInvocations == other.LeastInvocations && Steps.SequenceEqual(other.Steps) && RollbackOn.SequenceEqual(other.RollbackOn);

    /// <summary>Reads what an operator wrote. What is left out (null or empty) has its default, but for the share.</summary>
    /// <param name="fault">Told each fault: key, value, remedy.</param>
    /// <returns>Null when there are faults.</returns>
    public static RolloutPlan? Parse(IReadOnlyList<string> canary, string? time, IReadOnlyList<string> rollbackOn, string? leastInvocations, Action<string, string, string> fault)
    {
        var isSound = true;
        var steps = canary.Select(Share).ToList();
        if (steps.Count is 0 or > MaxSteps || steps.Zip(steps.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            Fault("canary", string.Join(",", canary), $"use one share, 10%, or up to {MaxSteps} that rise: 10%,50%");
        }

        var stepTime = TimeSpan.FromMinutes(5);
        if (time is not null && (!Quantity.TryParseDuration(time, out stepTime) || stepTime < TimeSpan.FromSeconds(1) || stepTime > TimeSpan.FromDays(7)))
        {
            Fault("for", time, "use 1s to 168h, with its unit: 5m");
        }

        IReadOnlyList<string> rules = rollbackOn.Count == 0 ? [DefaultRule] : rollbackOn;
        foreach (var rule in rules.Where(rule => RolloutRule.TryParse(rule) is null))
        {
            Fault("rollback-on", rule, RolloutRule.Remedy);
        }

        if (rules.Count > MaxRules)
        {
            Fault("rollback-on", $"{rules.Count} rules", $"use at most {MaxRules}");
        }

        var least = DefaultLeastInvocations;
        if (leastInvocations is not null && (!int.TryParse(leastInvocations, NumberStyles.None, CultureInfo.InvariantCulture, out least) || least is < 1 or > 1_000_000))
        {
            Fault("min-invocations", leastInvocations, "use a whole number, 1 to 1000000");
        }

        return isSound ? new RolloutPlan { Steps = steps, StepTime = stepTime, RollbackOn = rules, LeastInvocations = least } : null;

        double Share(string text)
        {
            if (text.Trim() is [.. var digits, '%'] && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0.01 and <= 99)
            {
                return percent / 100;
            }

            Fault("canary", text, "use a share of the calls, 0.01% to 99%: 10%");
            return 0;
        }

        void Fault(string key, string value, string remedy)
        {
            isSound = false;
            fault(key, value, remedy);
        }
    }
}
