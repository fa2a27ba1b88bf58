using System.CommandLine;

namespace Roost.Cli.Input;

/// <summary>The command or option that a misspelt word was meant to be.</summary>
internal static class Suggestion
{
    /// <returns>" Did you mean ...?" for the first word that is close to one of the command's names, else nothing.</returns>
    public static string For(ParseResult parsed) => For(parsed, parsed.UnmatchedTokens);

    /// <inheritdoc cref="For(ParseResult)"/>
    public static string For(ParseResult parsed, IEnumerable<string> words)
    {
        var names = Names(parsed);
        foreach (var word in words)
        {
            // Two slips at most, and fewer than half of the word: else anything short would be close to anything.
            var nearest = names.Select(name => (Name: name, Slips: Slips(word, name))).Where(pair => pair.Slips <= 2 && pair.Slips * 2 < word.Length).ToList();
            if (nearest.Count > 0)
            {
                return $" Did you mean {nearest.MinBy(pair => pair.Slips).Name}?";
            }
        }

        return "";
    }

    private static IEnumerable<string> Names(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var options = command.Options.Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive));
        return command.Subcommands.Select(subcommand => subcommand.Name).Concat(options.Select(option => option.Name)).Distinct();
    }

    /// <summary>Letters to add, leave out, replace or swap with their neighbour until one is the other (optimal string alignment).</summary>
    private static int Slips(string one, string other)
    {
        var slips = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                slips[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(slips[i - 1, j], slips[i, j - 1]) + 1, slips[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    slips[i, j] = Math.Min(slips[i, j], slips[i - 2, j - 2] + 1);
                }
            }
        }

        return slips[one.Length, other.Length];
    }
}
