using System.Diagnostics;

namespace Roost.Cli.Daemon;

/// <summary><c>roostd</c> as a program that does one thing to its data and ends: what is in a data folder only the daemon knows.</summary>
internal static class OfflineDaemon
{
    /// <summary>Runs it with the terminal's output, or with <paramref name="output"/>; a relative name counts from <paramref name="terminal"/>'s folder.</summary>
    /// <returns>Its exit code, which has the same meanings as ours.</returns>
    /// <exception cref="DaemonException">There is no roostd to be found.</exception>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, Terminal terminal, CancellationToken cancellationToken, TextWriter? output = null)
    {
        var start = new ProcessStartInfo { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = terminal.Folder };
        foreach (var argument in Find(start, terminal).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        // Not ended by Ctrl-C of ours: the terminal sends it to both, and the daemon leaves its data in order.
        var copied = CopyAsync(process.StandardOutput, output ?? terminal.Out);
        var errors = CopyAsync(process.StandardError, terminal.Error);
        await Task.WhenAll(copied, errors, process.WaitForExitAsync(CancellationToken.None));
        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode is ExitCode.Done or ExitCode.Usage ? process.ExitCode : ExitCode.Failed;
    }

    /// <summary>Beside this program as the package has it, where a checkout builds it, or on the PATH.</summary>
    private static IEnumerable<string> Find(ProcessStartInfo start, Terminal terminal)
    {
        var own = FolderOf(AppContext.BaseDirectory);
        var program = Path.Combine(own, "roostd");
        var isBeside = File.Exists(program + ".dll"); // without it the program is an empty shell
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet" && isBeside)
        {
            start.FileName = Environment.ProcessPath!;
            return [Path.Combine(own, "roostd.dll")];
        }

        var places = (terminal.Variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, "roostd"));
        start.FileName = (isBeside ? places.Prepend(program) : places).FirstOrDefault(File.Exists)
            ?? throw new DaemonException("roostd is neither beside roost nor on the PATH; run it yourself with the same arguments: roostd --backup FILE --data DIR [--force] or roostd --restore FILE --data DIR [--force] [--replay]");
        return [];
    }

    /// <param name="own">The folder of this program.</param>
    /// <returns>The one in which roostd was built, where this program was built in a checkout (<c>cli/bin/Release/net10.0</c>); else the same.</returns>
    private static string FolderOf(string own)
    {
        var parts = own.TrimEnd('/').Split('/');
        return parts is [.., "cli", "bin", var configuration, var framework]
            ? Path.Combine([.. parts[..^4].Prepend("/"), "gateway", "bin", configuration, framework])
            : own;
    }

    private static async Task CopyAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            await to.WriteLineAsync(line);
        }
    }
}
