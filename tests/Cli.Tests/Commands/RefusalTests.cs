using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

public sealed class RefusalTests
{
    [TestCase("""{"message":"No shadow exists with name: 'vac-01'"}""", 404, "No shadow exists with name: 'vac-01'")]
    [TestCase("""{"Type":"User","Message":"Function not found"}""", 404, "Function not found")]
    [TestCase("<html>", 502, "502")]
    [TestCase("", 404, "404")]
    [TestCase("[]", 500, "500")]
    [TestCase("""{"message":17}""", 500, "500")]
    public async Task The_daemons_words_are_the_one_line_of_the_error(string body, int status, string expected)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(body, status);

        var run = await RoostRun.AtAsync(daemon, "shadow", "get", "vac-01");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error.TrimEnd(), Does.StartWith("roost: shadow of vac-01: ").And.Contain(expected).And.Not.Contain("\n"));
        Assert.That(run.Output, Is.Empty);
    }

    [TestCase("There is no client nobody, neither connected nor with a session that is kept.", "client", "kick", "nobody")]
    [TestCase("There is no retained message on nope.", "retained", "show", "nope")]
    public async Task What_is_not_there_is_named_once(string message, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync($$"""{"message":"{{message}}"}""", 404);

        var run = await RoostRun.AtAsync(daemon, arguments);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, $"roost: t{message[1..].TrimEnd('.')}\n")));
    }

    [TestCase("")]
    [TestCase("{\"state\":")]
    [TestCase("hello")]
    public async Task An_answer_that_is_not_whole_is_an_error_not_a_crash(string body)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(body);

        var run = await RoostRun.AtAsync(daemon, "shadow", "get", "vac-01");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("the answer is not whole"));
    }

    [Test]
    public async Task A_daemon_that_hangs_up_before_it_answers_is_named()
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        var run = await RoostRun.AtAsync(daemon, "status");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("closed the connection before it answered").And.Contain("journalctl"));
    }

    [Test]
    public async Task A_file_that_is_not_there_is_named_and_nothing_is_sent()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "pub", "a", "@missing.json");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("missing.json").And.Contain("@@"));
        Assert.That(daemon.Requests, Is.Empty);
    }

    [TestCase("@", "names no file")]
    [TestCase("@/", "is a folder")]
    [TestCase("@missing", "is not there")]
    public async Task A_file_that_cannot_be_read_is_told_without_words_of_the_library(string data, string expected)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "pub", "t", data);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain(expected).And.Not.Contain("Access to the path").And.Not.Contain("Could not find"));
    }

    [TestCase("x", "line 1, column 1")]
    [TestCase("{\n \"a\": }", "line 2, column 7")]
    [TestCase("{} {}", "line 1, column 4")]
    public async Task An_event_that_is_no_JSON_is_told_with_the_place_when_the_function_takes_nothing_else(string data, string expected)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"Message":"Could not parse request body into json"}""", 400);

        var run = await RoostRun.AtAsync(daemon, "fn", "invoke", "f", data);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain(expected).And.Not.Contain("BytePosition"));
    }

    [Test]
    public async Task A_reader_that_has_left_ends_the_command_quietly()
    {
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: {\"topic\":\"a\",\"payload\":\"b\"}\n\n");
            await context.Response.Body.FlushAsync();
        });
        using var error = new StringWriter();
        using var terminal = new Terminal
        {
            Out = new BrokenPipe(),
            Error = error,
            OpenInput = () => Stream.Null,
            OpenOutput = () => Stream.Null,
            IsInteractive = false,
            Variable = _ => null,
            Folder = "/",
        };

        Assert.That(await RoostCommand.RunAsync(["sub", "a", "--socket", daemon.Socket], terminal), Is.Zero);
        Assert.That(error.ToString(), Is.Empty);
    }

    private sealed class BrokenPipe : StringWriter
    {
        public override Task WriteLineAsync(string? value) => throw new IOException("Broken pipe", new SocketException(32));
    }
}
