using System.CommandLine;
using System.Globalization;

namespace Roost.Cli.Commands;

/// <summary>The rule of <c>-n</c>: a whole number, at least 1.</summary>
internal static class CountOption
{
    public static void Check(Option<int?> option) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && !(int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0))
        {
            result.AddError($"{option.Aliases.Append(option.Name).MinBy(static name => name.Length)} is a number from 1 on, not '{result.Tokens[0].Value}'.");
        }
    });
}
