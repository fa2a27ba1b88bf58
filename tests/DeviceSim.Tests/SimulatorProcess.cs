using System.Diagnostics;

namespace Roost.DeviceSim.Tests;

/// <summary>The program as it is shipped, in a process of its own.</summary>
internal static class SimulatorProcess
{
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SimulatorCommand).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
