using System.Globalization;

namespace Roost.LocalLambda.Workers;

/// <summary>Reads how much memory a runtime has used at most (VmHWM), for the REPORT line.</summary>
internal static class WorkerMemory
{
    /// <param name="processId">bubblewrap's, or the runtime's own where there is no sandbox.</param>
    /// <param name="generations">Processes between the two: bubblewrap's first child is the namespace's init, and its child the runtime.</param>
    /// <returns>Bytes; 0 where the kernel does not tell.</returns>
    public static long Peak(int processId, int generations)
    {
        try
        {
            for (var i = 0; i < generations; i++)
            {
                var children = File.ReadAllText($"/proc/{processId}/task/{processId}/children");
                if (!int.TryParse(children.AsSpan(0, Math.Max(0, children.IndexOf(' '))), NumberStyles.None, CultureInfo.InvariantCulture, out processId))
                {
                    return 0;
                }
            }

            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0; // it has ended
        }
    }
}
