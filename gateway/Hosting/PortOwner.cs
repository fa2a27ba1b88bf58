using System.Globalization;

namespace Roost.Gateway.Hosting;

/// <summary>Finds out from <c>/proc</c> which process listens on a TCP port. Processes of other users are seen by root only.</summary>
internal static class PortOwner
{
    private const string Listening = "0A"; // TCP_LISTEN in include/net/tcp_states.h

    /// <returns><c>mosquitto (pid 1234)</c>, or null when it cannot be told.</returns>
    public static string? Describe(int port)
    {
        var sockets = InodesOf("/proc/net/tcp", port).Concat(InodesOf("/proc/net/tcp6", port)).Select(inode => $"socket:[{inode}]").ToHashSet();
        if (sockets.Count == 0)
        {
            return null;
        }

        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(file => File.ResolveLinkTarget(file, false) is { Name: { } target } && sockets.Contains(target)))
                {
                    var name = NameOf(File.ReadAllText(Path.Combine(process, "comm")).Trim(), File.ReadAllText(Path.Combine(process, "cmdline")));
                    return $"{name} (pid {Path.GetFileName(process)})";
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that ended just now: look at the next one.
            }
        }

        return null;
    }

    /// <summary>A program of .NET is called after what it runs: <c>dotnet</c> may be anything, another <c>roostd</c> above all.</summary>
    /// <param name="commandLine">As proc(5) has it: a zero byte ends each argument.</param>
    internal static string NameOf(string command, string commandLine) =>
        command == "dotnet" && commandLine.Split('\0') is [_, var program, ..] && program.EndsWith(".dll", StringComparison.Ordinal) ? Path.GetFileNameWithoutExtension(program) : command;

    /// <summary>Columns as in proc(5): slot, local address and port in hex, remote, state, queues, timers, retransmits, uid, timeout, inode.</summary>
    private static IEnumerable<string> InodesOf(string table, int port)
    {
        if (!File.Exists(table))
        {
            yield break;
        }

        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        foreach (var line in File.ReadLines(table).Skip(1))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[1].EndsWith(suffix, StringComparison.Ordinal) && columns[3] == Listening)
            {
                yield return columns[9];
            }
        }
    }
}
