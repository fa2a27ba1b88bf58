using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Finds what is left of sandboxes whose bubblewrap was killed while it made them. Its first process in the sandbox asks to die with it only when the sandbox
/// is complete: one whose parent has died before waits, or runs its program, for ever. That process never runs another program, so it keeps the environment that
/// bubblewrap was started with, and there stands a mark.
/// </summary>
/// <param name="dataFolder">What a daemon has for itself alone.</param>
internal sealed class SandboxMarks(string dataFolder)
{
    private const string Variable = "ROOST_SANDBOX";

    // The environment that bubblewrap is started with holds a path besides.
    private const int MostEnvironmentBytes = 4096;

    // A hash: the function can read the mark.
    private readonly string _ours = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(dataFolder))))[..32]}/";
    private readonly string _instance = Guid.NewGuid().ToString("N");

    /// <param name="worker">Unlike that of any other worker that runs.</param>
    public LaunchPlan Mark(LaunchPlan plan, string worker) =>
        plan with { Environment = new Dictionary<string, string>(plan.Environment) { [Variable] = MarkOf(worker) } };

    /// <summary>Ends what is left of one sandbox whose bubblewrap has ended. Looks at every process of the machine.</summary>
    /// <returns>How many processes were ended.</returns>
    public int End(string worker) => EndMarked($"{Variable}={MarkOf(worker)}\0");

    /// <summary>Ends every sandbox that a daemon on this data folder has made: for a start, when none of them can be wanted.</summary>
    /// <returns>How many processes were ended, not counting what the kernel ended with them.</returns>
    public int EndAll() => EndMarked($"{Variable}={_ours}");

    private string MarkOf(string worker) => $"{_ours}{_instance}/{worker}";

    private static int EndMarked(string mark)
    {
        var bytes = Encoding.UTF8.GetBytes(mark);
        var ended = new HashSet<int>();
        int before;
        do
        {
            // Again until nothing comes to light: what was ended may have started another that was not there to be seen.
            before = ended.Count;
            foreach (var path in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                    && !ended.Contains(process) && HasInEnvironment(process, bytes) && LinuxCalls.Kill(process, LinuxCalls.KillSignal) == 0)
                {
                    ended.Add(process);
                }
            }
        }
        while (ended.Count > before);
        return ended.Count;
    }

    private static bool HasInEnvironment(int process, ReadOnlySpan<byte> text)
    {
        try
        {
            using var file = File.OpenHandle($"/proc/{process}/environ");
            Span<byte> environment = stackalloc byte[MostEnvironmentBytes];
            return environment[..RandomAccess.Read(file, environment, 0)].IndexOf(text) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended, or is another user's
        }
    }
}
