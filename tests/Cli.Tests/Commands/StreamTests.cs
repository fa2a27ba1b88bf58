using Microsoft.AspNetCore.Http;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

public sealed class StreamTests
{
    /// <summary>A stream of which the records from 5 on are left, up to 24, and whose answers hold at most seven.</summary>
    private static Task<FakeDaemon> StreamAsync() => FakeDaemon.StartAsync(async context =>
    {
        if (!context.Request.Path.Value!.EndsWith("/records", StringComparison.Ordinal))
        {
            await context.Response.WriteAsync("""{"name":"t","firstOffset":5,"nextOffset":25}""");
            return;
        }

        var from = int.Parse(context.Request.Query["from"]!);
        var most = Math.Min(int.Parse(context.Request.Query["max"]!), 7);
        for (var offset = Math.Max(from, 5); offset < Math.Min(from + most, 25); offset++)
        {
            await context.Response.WriteAsync(Record(offset) + "\n");
        }
    });

    private static string Record(int offset) => $$"""{"offset":{{offset}},"timestamp":"2026-01-01T00:00:00Z","topic":"a/b","data":"{\"n\":{{offset}}}"}""";

    private static string Line(int offset) => $$"""{{offset}}  2026-01-01T00:00:00.000Z  a/b  {"n":{{offset}}}""";

    [TestCase(15, 10)]
    [TestCase(22, 3, "-n", "3")]
    [TestCase(5, 20, "-n", "100")]
    [TestCase(5, 20, "--from", "oldest")]
    [TestCase(5, 4, "--from", "oldest", "-n", "4")]
    [TestCase(20, 5, "--from", "20")]
    [TestCase(25, 0, "--from", "latest")]
    [TestCase(25, 0, "--from", "25")]
    public async Task Tail_prints_what_there_is_and_ends(int first, int count, params string[] options)
    {
        await using var daemon = await StreamAsync();

        var run = await RoostRun.AtAsync(daemon, ["stream", "tail", "t", .. options]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(Enumerable.Range(first, count).Select(Line)));
    }

    [Test]
    public async Task A_person_gets_a_header_over_the_columns()
    {
        await using var daemon = await StreamAsync();

        var run = await RoostRun.RunAsync(["stream", "tail", "t", "-n", "1", "--socket", daemon.Socket], interactive: true);

        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.StartWith("OFFSET "));
        Assert.That(lines[0].IndexOf("DATA", StringComparison.Ordinal), Is.EqualTo(lines[1].IndexOf('{')));
    }

    [Test]
    public async Task An_offset_beyond_the_end_is_refused_in_the_daemons_words()
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            if (context.Request.Path.Value!.EndsWith("/records", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 400;
                return context.Response.WriteAsync("""{"message":"Offset 99 is beyond the end"}""");
            }

            return context.Response.WriteAsync("""{"name":"t","firstOffset":5,"nextOffset":25}""");
        });

        var run = await RoostRun.AtAsync(daemon, "stream", "tail", "t", "--from", "99");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: stream t: Offset 99 is beyond the end\n")));
    }

    [Test]
    public async Task Following_skips_signs_of_life_and_ends_with_Ctrl_C()
    {
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            await context.Response.WriteAsync($"{Record(3)}\n\n{Record(4)}\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        using var interrupt = new CancellationTokenSource();
        using var output = new SharedText();

        var running = RoostRun.RunAsync(["stream", "tail", "t", "-f", "-n", "2", "--json", "--socket", daemon.Socket], output: output, cancellationToken: interrupt.Token);
        await Eventually.IsTrueAsync(() => output.ToString() == $"{Record(3)}\n{Record(4)}\n", "both records");
        await interrupt.CancelAsync();

        Assert.That((await running).ExitCode, Is.Zero);
        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/streams/t/tail?last=2"));
    }

    [Test]
    public async Task Following_from_an_offset_stops_after_the_number_asked_for()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync($"{Record(3)}\n{Record(4)}\n{Record(5)}\n"));

        var run = await RoostRun.AtAsync(daemon, "stream", "tail", "t", "-f", "--from", "3", "-n", "2");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, $"{Line(3)}\n{Line(4)}\n")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/streams/t/tail?from=3"));
    }

    [Test]
    public async Task Append_sends_bytes_and_prints_the_offset()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"firstOffset":41,"lastOffset":41,"count":1}""");

        var run = await RoostRun.AtAsync(daemon, "stream", "append", "t", "hello", "--key", "a b");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "41\n")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo("POST /api/v1/streams/t/records?key=a%20b hello"));
    }

    [Test]
    public async Task Streams_are_listed_with_how_far_their_consumers_are_behind()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"streams":[{"name":"telemetry","fault":null,"records":3,"firstOffset":0,"nextOffset":3,"sizeBytes":300,"exports":[{"name":"e","fault":"no route to host"}],"consumers":[{"name":"e","lagRecords":2}]},{"name":"x","fault":null,"records":0,"firstOffset":0,"nextOffset":0,"sizeBytes":0,"exports":[]}]}""");

        Assert.That((await RoostRun.AtAsync(daemon, "stream", "list")).Output, Is.EqualTo("""
            STREAM     RECORDS  FIRST  NEXT  SIZE       BEHIND  NOTE
            telemetry  3        0      3     300 bytes  2       no route to host
            x          0        0      0     0 bytes

            """));
    }

    [Test]
    public async Task Each_line_is_a_record_in_requests_of_bounded_size()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"firstOffset":7,"lastOffset":9,"count":3}""");

        var run = await RoostRun.RunAsync(["stream", "append", "t", "-", "--lines", "--key", "k", "--socket", daemon.Socket], input: "a\n\n{\"n\":1}\n");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "7-9\n")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo(
            """POST /api/v1/streams/t/records {"records":[{"key":"k","data":"a"},{"key":"k","data":""},{"key":"k","data":"{\"n\":1}"}]}"""));
        var many = await RoostRun.RunAsync(["stream", "append", "t", "-", "--lines", "--socket", daemon.Socket], input: string.Concat(Enumerable.Repeat("x\n", 2500)));
        Assert.That((many.ExitCode, daemon.Requests.Count), Is.EqualTo((0, 4)));
    }

    [Test]
    public async Task A_stream_is_made_as_it_was_said_and_shown()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"name":"t","id":"3f2a9c1e5b7d4a60","origin":"api","createdAt":"2026-01-01T00:00:00Z","fault":null,"records":3,"firstOffset":2,"nextOffset":5,"sizeBytes":1536,"oldestAt":null,"droppedRecords":0,"retention":{"bytes":268435456,"ageSeconds":604800,"records":null},"full":"reject","durability":"crash","maxRecordBytes":1048576,"consumers":[{"kind":"export","name":"mqtt","nextOffset":4,"lagRecords":1,"fault":"no route"}]}""", 201);

        var run = await RoostRun.AtAsync(daemon, "stream", "create", "t", "--max-bytes", "256MiB", "--max-age", "7d", "--max-records", "none", "--consumed", "free", "--full", "reject", "--durability", "crash", "--compression", "none", "--priority", "2", "--max-record", "1048576");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, """
            WHAT            HOW IT IS
            name            t
            defined by      roost stream create
            id              3f2a9c1e5b7d4a60
            made            2026-01-01T00:00:00.000Z
            records         3, offsets 2 to 4
            size            1.5 KiB
            kept            at most 256 MiB, 168h
            when full       reject
            durability      crash
            largest record  1 MiB
            export mqtt     at 4, 1 record behind; no route

            """)));
        Assert.That(daemon.Requests.Single(), Is.EqualTo(
            """PUT /api/v1/streams/t {"retention":{"bytes":"256MiB","age":"7d","records":"none","consumed":"free"},"full":"reject","durability":"crash","compression":"none","priority":2,"maxRecord":1048576}"""));
    }

    [Test]
    public async Task An_update_says_only_what_changes()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"name":"t","records":0}""");

        Assert.That((await RoostRun.AtAsync(daemon, "stream", "update", "t", "--full", "reject")).ExitCode, Is.Zero);
        Assert.That(daemon.Requests.Single(), Is.EqualTo("""PATCH /api/v1/streams/t {"full":"reject"}"""));
    }

    [TestCase("DELETE /api/v1/streams/a%20b")]
    [TestCase("DELETE /api/v1/streams/a%20b?force=true", "--force")]
    public async Task A_stream_is_deleted(string request, params string[] options)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        Assert.That((await RoostRun.AtAsync(daemon, ["stream", "delete", "a b", .. options])).Output, Is.EqualTo("stream a b deleted\n"));
        Assert.That(daemon.Requests.Single(), Is.EqualTo(request));
    }

    [Test]
    public async Task Faults_of_a_definition_are_a_line_each()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"message":"a b","faults":["full is \"x\"; use one of drop-oldest, reject.","retention.age is 7; write 7d."]}""", 400);

        var run = await RoostRun.AtAsync(daemon, "stream", "create", "t", "--full", "x");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: create t: 2 faults\n  full is \"x\"; use one of drop-oldest, reject.\n  retention.age is 7; write 7d.\n")));
    }

    [Test]
    public async Task Following_a_stream_that_is_deleted_fails_with_the_reason()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync($"{Record(3)}\n{{\"message\":\"Stream 't' was deleted.\"}}\n"));

        var run = await RoostRun.AtAsync(daemon, "stream", "tail", "t", "-f");

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((1, $"{Line(3)}\n", "roost: stream t: Stream 't' was deleted.\n")));
    }

    [TestCase("5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24", "--from", "5")]
    [TestCase("5 6 7 8 9 10 11 12 13", "--from", "5", "--max", "9")]
    [TestCase("5 6", "--from", "5", "--until", "7")]
    [TestCase("", "--from", "5", "--until", "2025-01-01T00:00:00Z")]
    [TestCase("5 6 7", "--from", "5", "--until", "2026-06-01", "--max", "3")]
    public async Task Read_goes_from_a_place_to_a_place(string offsets, params string[] options)
    {
        await using var daemon = await StreamAsync();

        var run = await RoostRun.AtAsync(daemon, ["stream", "read", "t", .. options]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(string.Join(' ', run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])), Is.EqualTo(offsets));
    }

    [TestCase("$dead", """["roost-dead-stream","t"],["roost-dead-offset","7"],["roost-dead-export","web"],["roost-dead-reason","answered 422."],["roost-dead-reason","forged"]""", "5  2026-01-01T00:00:00.000Z  a/b  x  (record 7 of t, export web: answered 422.)\n")]
    [TestCase("$dead", """["roost-dead-bridge","up"],["roost-dead-reason","too large"]""", "5  2026-01-01T00:00:00.000Z  a/b  x  (bridge up: too large)\n")]
    [TestCase("t", """["roost-dead-reason","forged"]""", "5  2026-01-01T00:00:00.000Z  a/b  x\n")]
    public async Task Records_that_the_cloud_refused_are_read_with_the_reason(string stream, string headers, string line)
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            context.Request.QueryString.Value!.Contains("=oldest", StringComparison.Ordinal) ? $$"""{"offset":5,"timestamp":"2026-01-01T00:00:00Z","topic":"a/b","headers":[{{headers}}],"data":"x"}""" + "\n" : """{"firstOffset":5,"nextOffset":6}"""));

        var run = await RoostRun.AtAsync(daemon, "stream", "read", stream);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, line)), run.Error);
    }

    [TestCase("--until is an offset or a time", "--until", "soon")]
    [TestCase("--commit goes with --cursor", "--commit")]
    [TestCase("two places to begin", "--cursor", "c", "--from", "1")]
    [TestCase("--max is a number from 1 on", "--max", "0")]
    public async Task Read_refuses_what_makes_no_sense(string message, params string[] options)
    {
        var run = await RoostRun.RunAsync(["stream", "read", "t", .. options]);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((2, run.Error)));
        Assert.That(run.Error, Does.Contain(message));
    }

    [TestCase("""PUT /api/v1/streams/t/cursors/c {"from":"latest"}""", "create", "t", "c", "--from", "latest")]
    [TestCase("""PUT /api/v1/streams/t/cursors/c {}""", "create", "t", "c")]
    [TestCase("""POST /api/v1/streams/t/cursors/c/commit {"next":7}""", "commit", "t", "c", "7")]
    [TestCase("""POST /api/v1/streams/t/cursors/c/seek {"to":"oldest"}""", "seek", "t", "c", "oldest")]
    public async Task A_cursor_is_moved_and_tells_where_it_stands(string request, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"kind":"cursor","name":"c","nextOffset":7}""");

        Assert.That((await RoostRun.AtAsync(daemon, ["stream", "cursor", .. arguments])).Output, Is.EqualTo("7\n"));
        Assert.That(daemon.Requests.Single(), Is.EqualTo(request));
    }
}
