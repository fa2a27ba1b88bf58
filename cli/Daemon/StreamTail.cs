using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Roost.Cli.Daemon;

/// <summary>Records of a stream, each as its line of JSON.</summary>
internal static class StreamTail
{
    private const int PageRecords = 1000;

    /// <summary>What there is now: the last <paramref name="count"/> records, or from <paramref name="from"/> on to the end.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(
        DaemonClient daemon, string name, string? from, int? count, int usualCount, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"stream {name}";
        using var stream = await daemon.GetJsonAsync(PathOf(name), what, cancellationToken);
        var end = stream.RootElement.GetProperty("nextOffset").GetInt64(); // what comes while we read is not the question
        var oldest = stream.RootElement.GetProperty("firstOffset").GetInt64();
        var next = from switch
        {
            null => Math.Max(oldest, end - (count ?? usualCount)),
            "oldest" => oldest,
            "latest" => end,
            _ => long.Parse(from),
        };
        var left = Math.Max(next > end ? 1 : 0, Math.Min(end - next, count ?? long.MaxValue)); // an offset beyond the end: the daemon says it best
        while (left > 0)
        {
            var before = left;
            var path = $"{PathOf(name)}/records?from={next}&max={Math.Min(left, PageRecords)}";
            await foreach (var line in LineStream.ReadAsync(daemon, path, what, cancellationToken))
            {
                yield return line;
                next = OffsetOf(line) + 1;
                left--;
            }

            if (left == before)
            {
                yield break; // the rest is not durable yet
            }
        }
    }

    /// <summary>What there is now from a place on, up to <paramref name="count"/> records.</summary>
    /// <param name="place">The first request's query: <c>from=</c> or <c>cursor=</c>.</param>
    public static async IAsyncEnumerable<string> ReadAsync(DaemonClient daemon, string name, string place, int? count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"stream {name}";
        using var stream = await daemon.GetJsonAsync(PathOf(name), what, cancellationToken);
        var end = stream.RootElement.GetProperty("nextOffset").GetInt64(); // what comes while we read is not the question
        var left = count ?? long.MaxValue;
        for (var next = -1L; left > 0 && next < end;)
        {
            var before = left;
            await foreach (var line in LineStream.ReadAsync(daemon, $"{PathOf(name)}/records?{(next < 0 ? place : $"from={next}")}&max={Math.Min(left, PageRecords)}", what, cancellationToken))
            {
                next = OffsetOf(line) + 1;
                if (next > end)
                {
                    yield break;
                }

                yield return line;
                left--;
            }

            if (left == before)
            {
                yield break;
            }
        }
    }

    /// <summary>From a place on, and then each record as it comes, until <paramref name="count"/> or for ever.</summary>
    /// <inheritdoc cref="ReadAsync(DaemonClient, string, string, int?, CancellationToken)"/>
    public static IAsyncEnumerable<string> FollowAsync(DaemonClient daemon, string name, string place, int? count, CancellationToken cancellationToken) =>
        FollowAsync(daemon, name, place, count ?? long.MaxValue, cancellationToken);

    /// <summary>The same, and then each record as it comes, until <paramref name="count"/> from <paramref name="from"/> on or for ever.</summary>
    public static IAsyncEnumerable<string> FollowAsync(DaemonClient daemon, string name, string? from, int? count, int usualCount, CancellationToken cancellationToken) => from is null
        ? FollowAsync(daemon, name, $"last={count ?? usualCount}", long.MaxValue, cancellationToken)
        : FollowAsync(daemon, name, $"from={PathSegment.Encode(from)}", count ?? long.MaxValue, cancellationToken);

    public static long OffsetOf(string line)
    {
        using var record = JsonDocument.Parse(line);
        return record.RootElement.GetProperty("offset").GetInt64();
    }

    private static async IAsyncEnumerable<string> FollowAsync(DaemonClient daemon, string name, string query, long left, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"stream {name}";
        await foreach (var line in LineStream.ReadAsync(daemon, $"{PathOf(name)}/tail?{query}", what, cancellationToken))
        {
            if (line.Length == 0)
            {
                continue; // a sign of life
            }

            if (EndOf(line) is { } reason)
            {
                throw new DaemonException($"{what}: {reason}");
            }

            yield return line;
            if (--left == 0)
            {
                yield break;
            }
        }

        throw LineStream.Ended(what);
    }

    /// <returns>Why the daemon ends the stream; null for a record.</returns>
    private static string? EndOf(string line)
    {
        if (!line.StartsWith("{\"message\":", StringComparison.Ordinal))
        {
            return null; // records begin with their offset
        }

        using var end = JsonDocument.Parse(line);
        return end.RootElement.GetProperty("message").GetString();
    }

    private static string PathOf(string name) => $"/api/v1/streams/{PathSegment.Encode(name)}";
}
