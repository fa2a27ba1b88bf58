using System.Globalization;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Descriptors that whoever started the daemon left open in it. All that .NET opens is closed in a new process; these would go on into every
/// sandbox, with whatever is behind them.
/// </summary>
internal static class InheritedDescriptors
{
    private const int FirstBehindStandardError = 3;

    /// <summary>From now on no process that this one starts gets them.</summary>
    public static void Keep()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var descriptor = int.Parse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture);
            if (descriptor >= FirstBehindStandardError)
            {
                _ = LinuxCalls.Control(descriptor, LinuxCalls.SetDescriptorFlags, LinuxCalls.CloseWhenStarted); // one that is closed by now needs nothing
            }
        }
    }
}
