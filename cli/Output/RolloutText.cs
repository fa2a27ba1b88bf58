using System.Globalization;
using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>Rollouts in words.</summary>
internal static class RolloutText
{
    /// <param name="answer">To a deployment, or what is told of a function.</param>
    public static bool IsInProgress(JsonElement answer) => answer.TryGetProperty("rollout", out var rollout) && JsonText.Cell(rollout, "state") == "in-progress";

    public static string Deployed(JsonElement answer)
    {
        var function = JsonText.Cell(answer, "function");
        var note = JsonText.Cell(answer, "note") is { Length: > 0 } text ? $"; {text}" : "";
        if (IsInProgress(answer))
        {
            var rollout = answer.GetProperty("rollout");
            return $"{function}: version {Version(rollout, "canary")} gets {Share(rollout, "canary")} of the calls, version {Version(rollout, "stable")} the rest, for {Time(rollout, "remainingSeconds")}{note}";
        }

        var same = JsonText.Cell(answer, "sameAsVersion") is { Length: > 0 } version ? $" as version {version}" : "";
        return $"{function}: deployed{same}, for all calls{note}";
    }

    /// <summary>After a promotion or a rollback.</summary>
    public static string Serves(JsonElement answer) => JsonText.Cell(answer, "sameAsVersion") is { Length: > 0 } version
        ? $"{JsonText.Cell(answer, "function")}: all calls run the code and settings of version {version}"
        : $"{JsonText.Cell(answer, "function")}: all calls run $LATEST";

    /// <summary>The share of the calls without a qualifier that a version gets, like 10%; empty for none.</summary>
    /// <param name="function">As <c>fn show</c> has it.</param>
    public static string CallsOf(JsonElement function, string version)
    {
        if (!IsInProgress(function))
        {
            return version == "$LATEST" ? "100%" : "";
        }

        var rollout = function.GetProperty("rollout");
        return version == Version(rollout, "stable") ? Share(rollout, "stable") : version == Version(rollout, "canary") ? Share(rollout, "canary") : "";
    }

    /// <summary>One line: state, time, and what both versions did.</summary>
    public static string Line(JsonElement rollout) => JsonText.Cell(rollout, "state") switch
    {
        "in-progress" => $"{JsonText.Cell(rollout, "function")}: {Figures(rollout, "canary")}; {Figures(rollout, "stable")}; {Time(rollout, "remainingSeconds")} left",
        "promoted" => $"{JsonText.Cell(rollout, "function")}: version {Version(rollout, "canary")} serves all calls: {JsonText.Cell(rollout, "reason")}",
        "rolled-back" => $"{JsonText.Cell(rollout, "function")}: version {Version(rollout, "canary")} was rolled back to version {Version(rollout, "stable")}: {JsonText.Cell(rollout, "reason")}",
        _ => $"{JsonText.Cell(rollout, "function")}: the rollout of version {Version(rollout, "canary")} ended without a decision: {JsonText.Cell(rollout, "reason")}",
    };

    private static string Figures(JsonElement rollout, string which) =>
        $"version {Version(rollout, which)} {Share(rollout, which)}, {Member(rollout, which, "invocations")} calls, {Member(rollout, which, "errors")} errors, p95 {Member(rollout, which, "p95Milliseconds")} ms";

    private static string Version(JsonElement rollout, string which) => Member(rollout, which, "version");

    private static string Share(JsonElement rollout, string which) =>
        double.TryParse(Member(rollout, which, "share"), CultureInfo.InvariantCulture, out var share) ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##}%") : "?";

    private static string Time(JsonElement rollout, string name) => double.TryParse(JsonText.Cell(rollout, name), CultureInfo.InvariantCulture, out var seconds)
        ? TimeSpan.FromSeconds(Math.Ceiling(seconds)).ToString(seconds >= 86_400 ? @"d\.hh\:mm\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture)
        : "?";

    private static string Member(JsonElement rollout, string which, string name) => rollout.TryGetProperty(which, out var version) ? JsonText.Cell(version, name) : "";
}
