namespace Roost.LocalLambda;

/// <summary>
/// What a message or an event has passed, in the order in which it did, separated by commas: numbers of routes, and of each function that published on the way <c>fn:NAME</c>.
/// It travels in the user property <c>roost-routes</c> and ends what would go round for ever.
/// </summary>
public static class FunctionTrace
{
    /// <summary>A function that has been passed so often in one chain is not run again: AWS Lambda's own measure.</summary>
    public const int MaxPasses = 16;

    /// <summary>The trace with one more function.</summary>
    public static string Add(string? trace, string function) => string.IsNullOrEmpty(trace) ? $"fn:{function}" : $"{trace},fn:{function}";

    /// <returns>False when too many functions stand in it, each time counted.</returns>
    public static bool MayRun(string? trace) => trace is null || Passes(trace) < MaxPasses;

    private static int Passes(string trace)
    {
        var count = 0;
        foreach (var part in trace.AsSpan().Split(','))
        {
            count += trace.AsSpan(part).StartsWith("fn:", StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }
}
