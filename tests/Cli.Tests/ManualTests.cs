using System.Text.RegularExpressions;
using Roost.Tests.Support;

namespace Roost.Cli.Tests;

/// <summary>The man page and docs/cli.md name the commands of functions, streams and identity with all their options.</summary>
public sealed partial class ManualTests
{
    [Test]
    public async Task Each_command_of_functions_streams_and_identity_stands_in_the_manuals_with_its_options()
    {
        var man = Regex.Replace(await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "packaging/deb/roost.1")), @"\\f[BIR]", "", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("\\-", "-", StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs/cli.md"));
        List<string> commands = [.. await CommandsAsync("fn"), .. await CommandsAsync("stream"), .. await CommandsAsync("policy"), .. await CommandsAsync("audit"), .. await CommandsAsync("template"), .. await CommandsAsync("thing"), .. await CommandsAsync("group"), .. await CommandsAsync("cert"), .. await CommandsAsync("ca"), .. await CommandsAsync("user"), .. await CommandsAsync("token"), .. await CommandsAsync("key"), .. await CommandsAsync("app"), .. await CommandsAsync("secret"), .. await CommandsAsync("hardware")];
        Assert.That(commands, Has.Count.GreaterThan(15), "commands found in the help");
        foreach (var command in commands)
        {
            var inMan = man.Split('\n').FirstOrDefault(line => line.StartsWith($".B {command}", StringComparison.Ordinal));
            var inPage = page.Split('\n').FirstOrDefault(line => line.Contains($"`{command}", StringComparison.Ordinal));
            Assert.That(inMan, Is.Not.Null, $"{command} in roost.1");
            Assert.That(inPage, Is.Not.Null, $"{command} in docs/cli.md");
            foreach (Match option in Options().Matches((await RoostRun.RunAsync([.. command.Split(' '), "--help"])).Output))
            {
                if (option.Value.Trim() is not ("--help" or "--socket" or "--url" or "--cacert" or "--token-file" or "--json" or "--follow" or "--count" or "--log"))
                {
                    Assert.That(inMan, Does.Contain(option.Value.Trim()), $"{command} in roost.1");
                    Assert.That(inPage, Does.Contain(option.Value.Trim()), $"{command} in docs/cli.md");
                }
            }
        }
    }

    /// <summary>Those that do something, below a command that has others.</summary>
    private static async Task<List<string>> CommandsAsync(string command)
    {
        var help = (await RoostRun.RunAsync([.. command.Split(' '), "--help"])).Output.ReplaceLineEndings("\n");
        var start = help.IndexOf("Commands:\n", StringComparison.Ordinal);
        if (start < 0)
        {
            return [command];
        }

        var found = new List<string>();
        foreach (Match name in Names().Matches(help[start..]))
        {
            found.AddRange(await CommandsAsync($"{command} {name.Value.Trim()}"));
        }

        return found;
    }

    [GeneratedRegex("(?<=^  (-\\S+, )*)--[a-z-]+", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Options();

    [GeneratedRegex("(?<=\n)  [a-z]+(?= )", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}
