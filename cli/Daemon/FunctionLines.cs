using System.Runtime.CompilerServices;

namespace Roost.Cli.Daemon;

/// <summary>Lines of a function's log, each with its time in front, which sorts as text.</summary>
internal static class FunctionLines
{
    /// <param name="last">So many of the newest; null: all that the daemon has at hand.</param>
    public static async IAsyncEnumerable<string> ReadAsync(DaemonClient daemon, string function, int? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var line in await NewestAsync(daemon, function, last, cancellationToken))
        {
            yield return line;
        }
    }

    /// <summary>The same, and then each line as it comes. The daemon begins with every line that it has, so those before the newest are passed over.</summary>
    public static async IAsyncEnumerable<string> FollowAsync(DaemonClient daemon, string function, int? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var newest = last is null ? new Queue<string>() : await NewestAsync(daemon, function, last, cancellationToken);
        var begin = newest.Count > 0 && newest.Count == last ? TimeOf(newest.Peek()) : null;
        await foreach (var line in LineStream.ReadAsync(daemon, $"{PathOf(function)}?follow=true", What(function), cancellationToken))
        {
            // By time and not by number: between the two questions old lines may have made room for new ones.
            if (begin is not null && string.CompareOrdinal(TimeOf(line), begin) < 0)
            {
                continue;
            }

            begin = null;
            yield return line;
        }

        throw LineStream.Ended(What(function));
    }

    private static async Task<Queue<string>> NewestAsync(DaemonClient daemon, string function, int? last, CancellationToken cancellationToken)
    {
        var newest = new Queue<string>();
        await foreach (var line in LineStream.ReadAsync(daemon, PathOf(function), What(function), cancellationToken))
        {
            newest.Enqueue(line);
            if (newest.Count > last)
            {
                newest.Dequeue();
            }
        }

        return newest;
    }

    private static string TimeOf(string line) => line.Split(' ', 2)[0];

    private static string PathOf(string function) => $"/api/v1/functions/{PathSegment.Encode(function)}/logs";

    private static string What(string function) => $"logs of {function}";
}
