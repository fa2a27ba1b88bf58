using System.CommandLine;

namespace Roost.Cli.Output;

/// <summary>The library's help, with an argument that may be left out in square brackets everywhere, as man pages have it.</summary>
internal static class HelpText
{
    public static string Of(ParseResult parsed)
    {
        using var help = new StringWriter();
        parsed.Invoke(new InvocationConfiguration { Output = help });
        var command = parsed.CommandResult.Command;
        return string.Join('\n', help.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => Line(line, command)));
    }

    private static string Line(string line, Command command)
    {
        var shown = command.Subcommands.FirstOrDefault(subcommand => line.StartsWith($"  {subcommand.Name} ", StringComparison.Ordinal)) ?? command;
        foreach (var argument in shown.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues == 0))
        {
            line = line.Replace($"[<{argument.Name}>]", $"[{argument.Name}]", StringComparison.Ordinal);
            line = shown == command ? line : line.Replace($"<{argument.Name}>", $"[{argument.Name}]", StringComparison.Ordinal);
        }

        return line;
    }
}
