namespace Roost.LocalLambda.Definitions;

/// <summary>
/// How Node.js shares out the memory of a function. Left to itself it lets garbage grow to a share of the machine's memory, and a function of the default
/// size ends for want of memory that it does not use.
/// </summary>
internal static class NodeMemory
{
    private const long Mebibyte = 1L << 20;

    /// <summary>Less than that and it aborts at its start, or hangs. In bytes.</summary>
    public const long LeastBytes = 80 * Mebibyte;

    /// <summary>Of each of its eight or so threads, in KiB: where a limit of the process stands for the function's, all of it counts as used. V8 itself uses less than one MiB.</summary>
    public const int StackKibibytes = 2048;

    /// <summary>What it uses beside the heap, its threads' stacks included.</summary>
    private const long BesideHeap = 56;

    /// <summary>V8's own most for one half of the space for new objects.</summary>
    private const long MostNew = 16;

    /// <returns>None where the function says in NODE_OPTIONS how large its heap may be.</returns>
    public static IReadOnlyList<string> OptionsFor(FunctionDefinition definition)
    {
        if (definition.Environment.TryGetValue("NODE_OPTIONS", out var own) && own.Replace('_', '-').Contains("-space-size", StringComparison.Ordinal))
        {
            return [];
        }

        var memory = definition.MemoryBytes / Mebibyte;
        var old = Math.Max(16, Math.Min(memory * 9 / 10, memory - BesideHeap));
        return [$"--max-old-space-size={old}", $"--max-semi-space-size={Math.Clamp(memory / 40, 1, MostNew)}"];
    }
}
