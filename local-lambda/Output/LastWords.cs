namespace Roost.LocalLambda.Output;

/// <summary>
/// What a runtime that could get no more memory says before it ends itself. Where the limit is one of the process, the kernel only refuses; the
/// exit code (an abort, mostly) is the same as for any other fault. A function can say it too: it deceives nobody but its own caller.
/// </summary>
internal static class LastWords
{
    private static readonly byte[][] OfMemory =
    [
        .. new[]
        {
            "heap out of memory", "process out of memory", "Out of memory", // Node.js, .NET
            "std::bad_alloc", "memory allocation of ", "runtime: out of memory", "cannot allocate memory", // C++, Rust, Go
            "Cannot allocate memory", "MemoryError", "Out of memory!", // libc, Python, Perl
        }.Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    public static bool SpeakOfMemory(ReadOnlySpan<byte> line)
    {
        foreach (var words in OfMemory)
        {
            if (line.IndexOf(words) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
