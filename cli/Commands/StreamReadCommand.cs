using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream read</c>: records from a place to a place, or for ever.</summary>
internal static class StreamReadCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream" };
        var from = new Option<string?>("--from") { Description = "Where to begin, default oldest", HelpName = "OFFSET|TIME|oldest|latest" };
        var cursor = new Option<string?>("--cursor") { Description = "Begin where this cursor stands", HelpName = "CURSOR" };
        var commit = new Option<bool>("--commit") { Description = "With --cursor: once all is printed, note it as done" };
        var until = new Option<string?>("--until") { Description = "End before this offset, or before the first record that is not older than this time", HelpName = "OFFSET|TIME" };
        var max = new Option<int?>("--max") { Description = "So many records at most", HelpName = "N" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with records as they come; Ctrl-C ends it" };
        CountOption.Check(max);
        until.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && Bound.Of(result.Tokens[0].Value) is null)
            {
                result.AddError($"--until is an offset or a time like 2026-01-31T12:00:00Z, not '{result.Tokens[0].Value}'.");
            }
        });
        var command = new Command("read", "Read a stream from a place on") { name, from, cursor, commit, until, max, follow };
        command.Validators.Add(result =>
        {
            if (result.GetValue(cursor) is null ? result.GetValue(commit) : result.GetValue(from) is not null)
            {
                result.AddError(result.GetValue(cursor) is null ? "--commit goes with --cursor." : "--from and --cursor are two places to begin; give one of them.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var stream = run.Get(name);
            var place = run.Get(cursor) is { } known ? $"cursor={PathSegment.Encode(known)}" : $"from={PathSegment.Encode(run.Get(from) ?? "oldest")}";
            var bound = run.Get(until) is { } end ? Bound.Of(end) : null;
            long? next = null;
            try
            {
                var records = run.Get(follow) ? StreamTail.FollowAsync(run.Daemon, stream, place, run.Get(max), cancellationToken) : StreamTail.ReadAsync(run.Daemon, stream, place, run.Get(max), cancellationToken);
                await foreach (var record in TakeUntil(records, bound, cancellationToken))
                {
                    await run.WriteLineAsync(run.Json ? record : StreamLine.Of(run, stream, record));
                    next = StreamTail.OffsetOf(record) + 1;
                }
            }
            catch (OperationCanceledException) when (run.Get(follow))
            {
                // Ctrl-C is how following ends; what was printed is done.
            }

            if (run.Get(commit) && next is { } done)
            {
                using var body = DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"next":{{done}}}""")), "application/json");
                using var answer = await run.Daemon.SendJsonAsync(
                    HttpMethod.Post, $"/api/v1/streams/{PathSegment.Encode(stream)}/cursors/{PathSegment.Encode(run.Get(cursor)!)}/commit", body, $"commit {run.Get(cursor)}", CancellationToken.None);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async IAsyncEnumerable<string> TakeUntil(IAsyncEnumerable<string> records, Bound? bound, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in records.WithCancellation(cancellationToken))
        {
            if (bound is not null && bound.IsReached(record))
            {
                yield break;
            }

            yield return record;
        }
    }

    /// <summary>Where to end: at an offset, or a time.</summary>
    private sealed record Bound(long? Offset, DateTimeOffset Time)
    {
        public static Bound? Of(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? new Bound(offset, default)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? new Bound(null, time)
            : null;

        public bool IsReached(string record)
        {
            using var json = JsonDocument.Parse(record);
            return Offset is { } offset ? json.RootElement.GetProperty("offset").GetInt64() >= offset : json.RootElement.GetProperty("timestamp").GetDateTimeOffset() >= Time;
        }
    }
}
