using System.CommandLine;
using System.Globalization;

namespace Roost.Cli.Input;

/// <summary>How long something holds: a number with <c>m</c>, <c>h</c> or <c>d</c>.</summary>
internal static class LifetimeOption
{
    public static Option<string?> Create(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "90d" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && SecondsOf(result.Tokens[0].Value) is null)
            {
                result.AddError($"{name} is a number with m, h or d, like 12h or 90d, not '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }

    /// <returns>Null: it is no such text.</returns>
    public static long? SecondsOf(string? text)
    {
        if (string.IsNullOrEmpty(text) || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
        {
            return null;
        }

        return text[^1] switch { 'm' => 60L * count, 'h' => 3600L * count, 'd' => 86_400L * count, _ => null };
    }
}
