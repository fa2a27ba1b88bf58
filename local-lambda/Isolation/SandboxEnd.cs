using System.Diagnostics;
using System.Globalization;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Ends a sandbox that may not be complete as yet. What is in it dies with bubblewrap's outer process only once it has asked the kernel for that: a sandbox whose outer
/// process is killed between its clone and that question runs on for ever, or waits for ever to be set up.
/// </summary>
internal static class SandboxEnd
{
    private const int MaxProcesses = 4096;

    /// <summary>Longest wait for the kernel to stop a process that does not run at the moment.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(1);

    /// <summary>May take as long as <see cref="LongestStop"/>.</summary>
    /// <param name="root">The outer process, which is this one's child and has not been waited for.</param>
    public static void Kill(int root)
    {
        // A process that stands still makes no children behind those that are seen.
        _ = LinuxCalls.Kill(root, LinuxCalls.StopSignal);
        var since = Stopwatch.GetTimestamp();
        for (var wait = new SpinWait(); IsMoving(root) && Stopwatch.GetElapsedTime(since) < LongestStop;)
        {
            wait.SpinOnce();
        }

        foreach (var process in ProcessTree.Read(root, MaxProcesses).Skip(1))
        {
            _ = LinuxCalls.Kill(process, LinuxCalls.KillSignal);
        }

        _ = LinuxCalls.Kill(root, LinuxCalls.KillSignal);
    }

    private static bool IsMoving(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[stat.LastIndexOf(')')..] is [_, _, 'R' or 'S' or 'D', ..];
        }
        catch (IOException)
        {
            return false; // it has ended
        }
    }
}
