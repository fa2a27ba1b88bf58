using System.Globalization;

namespace Roost.LocalLambda.Isolation;

/// <summary>The processes of one worker, and what memory is theirs. Read from /proc: what ends or begins meanwhile may be missed once.</summary>
internal static class ProcessTree
{
    /// <param name="most">Where there are more, it stops: the caller has seen enough.</param>
    /// <returns>The process and all below it. What a process has left behind belongs to the sandbox's first process, and so to the tree.</returns>
    public static List<int> Read(int root, int most)
    {
        List<int> processes = [root];
        for (var i = 0; i < processes.Count && processes.Count < most; i++)
        {
            processes.AddRange(ChildrenOf(processes[i]));
        }

        return processes;
    }

    /// <returns>Empty for one that has ended.</returns>
    public static List<int> ChildrenOf(int process)
    {
        List<int> children = [];
        try
        {
            // Children are listed by the thread that started them.
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                foreach (var child in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    children.Add(int.Parse(child, NumberStyles.None, CultureInfo.InvariantCulture));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended.
        }

        return children;
    }

    /// <summary>
    /// Memory that nothing but these processes keeps, in bytes: no files. Memory that they share after a fork counts once for each of them, so this may be too
    /// much; it is quick.
    /// </summary>
    public static long QuickBytes(List<int> processes) => processes.Sum(process => Sum($"/proc/{process}/status", "RssAnon:", "RssShmem:"));

    /// <summary>The same with shared memory divided among those who share it. The kernel looks at every page for that.</summary>
    public static long ExactBytes(List<int> processes) => processes.Sum(process => Sum($"/proc/{process}/smaps_rollup", "Pss_Anon:", "Pss_Shmem:"));

    private static long Sum(string path, string first, string second)
    {
        try
        {
            return File.ReadLines(path)
                .Where(line => line.StartsWith(first, StringComparison.Ordinal) || line.StartsWith(second, StringComparison.Ordinal))
                .Sum(line => long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0; // it has ended
        }
    }
}
