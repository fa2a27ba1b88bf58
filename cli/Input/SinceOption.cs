using System.CommandLine;
using System.Globalization;

namespace Roost.Cli.Input;

/// <summary><c>--since</c>: an age that counts back from now, or a time; one without a zone is this machine's.</summary>
internal static class SinceOption
{
    private const int MostAge = 36_500;

    public static Option<string?> Create(string what)
    {
        var since = new Option<string?>("--since") { Description = $"Only {what} of the last 90s, 10m, 2h or 7d, or from a time on", HelpName = "AGE|TIME" };
        since.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryRead(result.Tokens[0].Value, out _))
            {
                result.AddError($"--since is an age like 90s, 10m, 2h or 7d, or a time like 2026-11-21T12:00:00Z, not '{result.Tokens[0].Value}'.");
            }
        });
        return since;
    }

    public static bool TryRead(string text, out DateTimeOffset since)
    {
        var seconds = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (seconds > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            since = number <= MostAge ? TimeProvider.System.GetUtcNow().AddSeconds(-(double)number * seconds) : default;
            return number <= MostAge;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out since);
    }
}
