using System.Globalization;
using System.Text.RegularExpressions;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Rollouts;

/// <summary>What a new version must not do: <c>errors&gt;1%</c>, a share of its invocations, or <c>p95&gt;500ms</c>, a time that 95 % of them must not exceed.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Percentile">From 0 to 1; null for a rule about errors.</param>
/// <param name="MostErrors">A share from 0 to 1.</param>
/// <param name="Longest">The duration that the percentile is compared with.</param>
internal sealed partial record RolloutRule(string Text, double? Percentile, double MostErrors, TimeSpan Longest)
{
    public const string Remedy = "use errors>1%, with 0% to 99%, or p95>500ms, with p1 to p99.9 and 1ms to 900s";

    public static RolloutRule? TryParse(string text)
    {
        if (ErrorsPattern.Match(text) is { Success: true } errors && Number(errors.Groups["share"]) is var share and <= 99)
        {
            return new RolloutRule(text, null, share / 100, TimeSpan.Zero);
        }

        return PercentilePattern.Match(text) is { Success: true } times && Number(times.Groups["percentile"]) is var percentile and >= 1 and <= 99.9
            && Quantity.TryParseDuration(times.Groups["time"].Value, out var longest) && longest >= TimeSpan.FromMilliseconds(1) && longest <= TimeSpan.FromSeconds(900)
            ? new RolloutRule(text, percentile / 100, 0, longest)
            : null;
    }

    /// <param name="slow">How many invocations took longer than <see cref="Longest"/>.</param>
    /// <returns>What breaks the rule, with figures; null when nothing does.</returns>
    public string? FaultOf(VersionFigures figures, long slow)
    {
        if (Percentile is not { } percentile)
        {
            return figures.Errors > MostErrors * figures.Invocations
                ? string.Create(CultureInfo.InvariantCulture, $"{Text}: {figures.Errors} of {figures.Invocations} invocations failed ({100.0 * figures.Errors / figures.Invocations:0.##}%)")
                : null;
        }

        // Counted at the limit itself, so that no rounding of a histogram decides.
        return slow > (1 - percentile) * figures.Timed
            ? string.Create(CultureInfo.InvariantCulture, $"{Text}: {slow} of {figures.Timed} invocations took longer ({Text.Split('>')[0].Trim()} is {figures.Percentile(percentile).TotalMilliseconds:0} ms)")
            : null;
    }

    private static double Number(Group group) => double.Parse(group.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s*errors\s*>\s*(?<share>\d{1,3}(\.\d{1,3})?)\s*%\s*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex ErrorsPattern { get; }

    [GeneratedRegex(@"^\s*p(?<percentile>\d{1,2}(\.\d)?)\s*>\s*(?<time>[\d.]{1,12}\s*[a-z]{1,3})\s*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex PercentilePattern { get; }
}
