using Microsoft.AspNetCore.Http;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

public sealed class SubscribeTests
{
    private static Task<FakeDaemon> StreamingAsync(string events, bool stay = true) => FakeDaemon.StartAsync(async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(events);
        await context.Response.Body.FlushAsync();
        if (stay)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    });

    [Test]
    public async Task Messages_are_printed_as_they_come_until_Ctrl_C()
    {
        await using var daemon = await StreamingAsync(": subscribed\n\ndata: {\"topic\":\"a/b\",\"qos\":1,\"retain\":false,\"payload\":\"hello\"}\n\n");
        using var interrupt = new CancellationTokenSource();
        using var output = new SharedText();

        var running = RoostRun.RunAsync(["sub", "a/+", "#", "--socket", daemon.Socket], output: output, cancellationToken: interrupt.Token);
        await Eventually.IsTrueAsync(() => output.ToString() == "a/b hello\n", "the first message");
        await interrupt.CancelAsync();
        var run = await running;

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/messages?filter=a%2F%2B&filter=%23"));
    }

    [Test]
    public async Task A_number_of_messages_ends_it()
    {
        await using var daemon = await StreamingAsync("data: {\"topic\":\"a\",\"payload\":\"1\"}\n\ndata: {\"topic\":\"a\",\"payload\":\"2\"}\n\ndata: {\"topic\":\"a\",\"payload\":\"3\"}\n\n");

        var run = await RoostRun.AtAsync(daemon, "sub", "a", "-n", "2");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "a 1\na 2\n")));
    }

    [Test]
    public async Task Bytes_that_are_no_text_are_printed_in_base64()
    {
        await using var daemon = await StreamingAsync("data: {\"topic\":\"a\",\"payloadBase64\":\"/w==\"}\n\n");

        Assert.That((await RoostRun.AtAsync(daemon, "sub", "a", "-n", "1")).Output, Is.EqualTo("a base64:/w==\n"));
    }

    [Test]
    public async Task With_json_each_line_is_the_daemons_event()
    {
        const string Event = """{"topic":"a","qos":1,"retain":true,"payload":"ü\u001b[2J"}""";
        await using var daemon = await StreamingAsync($"data: {Event}\n\n");

        Assert.That((await RoostRun.AtAsync(daemon, "sub", "a", "-n", "1", "--json")).Output, Is.EqualTo(Event + "\n"));
    }

    [Test]
    public async Task On_a_terminal_a_payload_cannot_move_the_cursor()
    {
        await using var daemon = await StreamingAsync("data: {\"topic\":\"a\",\"payload\":\"x\\u001b[2J\\ny\"}\n\n");

        var run = await RoostRun.RunAsync(["sub", "a", "-n", "1", "--socket", daemon.Socket], interactive: true);

        Assert.That(run.Output, Is.EqualTo("a x\uFFFD[2J\uFFFDy\n"));
    }

    [Test]
    public async Task Lost_messages_are_told_on_the_error_stream()
    {
        await using var daemon = await StreamingAsync("event: dropped\ndata: {\"count\":7}\n\ndata: {\"topic\":\"a\",\"payload\":\"1\"}\n\n");

        var run = await RoostRun.AtAsync(daemon, "sub", "a", "-n", "1");

        Assert.That(run.Output, Is.EqualTo("a 1\n"));
        Assert.That(run.Error, Does.Contain("lost").And.Contain("7"));
    }

    [Test]
    public async Task A_daemon_that_stops_ends_it_with_1_and_a_line()
    {
        await using var daemon = await StreamingAsync("data: {\"topic\":\"a\",\"payload\":\"1\"}\n\n", stay: false);

        var run = await RoostRun.AtAsync(daemon, "sub", "a");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "a 1\n")));
        Assert.That(run.Error, Does.Contain("the daemon ended the connection"));
    }
}
