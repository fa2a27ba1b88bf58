namespace Roost.Streams.Bench;

internal static class Report
{
    /// <summary>What figures of a busy machine have to be read with.</summary>
    public static void Machine() =>
        Console.WriteLine($"load average {File.ReadAllText("/proc/loadavg").Trim()}, {Environment.ProcessorCount} processors");
}
