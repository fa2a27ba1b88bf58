using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Roost.LocalLambda.Definitions;

/// <summary>Asks the machine's interpreters for their versions, once.</summary>
internal sealed class Interpreters
{
    private readonly ConcurrentDictionary<string, string?> _versions = new();

    /// <returns>A note for the operator when the machine's version is not the one that the function asks for; else null.</returns>
    public string? NoteOn(FunctionRuntime runtime)
    {
        if (runtime.AskedVersion is not { } asked || _versions.GetOrAdd(runtime.Interpreter, VersionOf) is not { } version)
        {
            return null;
        }

        return version == asked || version.StartsWith(asked + '.', StringComparison.Ordinal)
            ? null
            : $"asks for {runtime.Name}; this machine's {runtime.Interpreter} is {version}, and runs it";
    }

    /// <summary>What they print is one line: <c>Python 3.11.2</c>, <c>v20.20.2</c>.</summary>
    public static string? VersionOf(string interpreter)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(interpreter, "--version") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var line = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return line.Trim().Split(' ')[^1].TrimStart('v');
        }
        catch (Win32Exception)
        {
            return null; // not executable: the first start of a worker will say so
        }
    }
}
