using System.Globalization;

namespace Roost.LocalLambda.Tests;

/// <summary>What runs on this machine, from /proc.</summary>
internal static class Processes
{
    /// <summary>True when a process was started with a command line that begins so.</summary>
    public static bool Any(string commandLine) => All().Any(id => Read(id, "cmdline").StartsWith(commandLine, StringComparison.Ordinal));

    /// <summary>How many processes have this text in the environment that they were started with.</summary>
    public static int WithEnvironment(string text) => All().Count(id => Read(id, "environ").Contains(text, StringComparison.Ordinal));

    /// <summary>How many processes have this text in their command line.</summary>
    public static int WithCommandLine(string text) => All().Count(id => Read(id, "cmdline").Contains(text, StringComparison.Ordinal));

    /// <summary>What a process was started with; empty when it has ended.</summary>
    public static string EnvironmentOf(int process) => Read(process, "environ");

    /// <summary>All processes below one, however deep.</summary>
    public static IReadOnlyList<int> Below(int process)
    {
        var parents = All().Select(id => (Id: id, Parent: ParentOf(id))).ToList();
        var below = new List<int> { process };
        for (var i = 0; i < below.Count; i++)
        {
            below.AddRange(parents.Where(pair => pair.Parent == below[i]).Select(pair => pair.Id));
        }

        return below[1..];
    }

    public static bool IsAlive(int process) => Read(process, "stat") is { Length: > 0 } stat && stat[stat.LastIndexOf(')')..] is not [_, _, 'Z', ..];

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static int ParentOf(int process)
    {
        var stat = Read(process, "stat"); // the name in the second field may hold anything, spaces and brackets too
        return stat.Length > 0 ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;
    }

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended, or is another user's
        }
    }
}
