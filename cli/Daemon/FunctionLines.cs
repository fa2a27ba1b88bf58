using System.Runtime.CompilerServices;

namespace Roost.Cli.Daemon;

/// <summary>Lines of functions' logs, each with its time in front, or an object a line.</summary>
internal static class FunctionLines
{
    /// <param name="function">Null for all.</param>
    /// <exception cref="DaemonException">Also at the end of what was to be followed: the daemon has let go.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(DaemonClient daemon, string? function, LogLinesQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = function is null ? "logs" : $"logs of {function}";
        var path = function is null ? "/api/v1/function-logs" : $"/api/v1/functions/{PathSegment.Encode(function)}/logs";
        await foreach (var line in LineStream.ReadAsync(daemon, path + query.ToQueryString(), what, cancellationToken))
        {
            yield return line;
        }

        if (query.Follow)
        {
            throw LineStream.Ended(what);
        }
    }
}
