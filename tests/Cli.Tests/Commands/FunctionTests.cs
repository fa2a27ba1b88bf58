using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

public sealed class FunctionTests
{
    [TestCase(30, 20)]
    [TestCase(5, 5)]
    [TestCase(30, 3, "-n", "3")]
    [TestCase(30, 30, "-n", "100")]
    [TestCase(30, 30, "--all")]
    public async Task Logs_shows_the_last_lines(int kept, int shown, params string[] options)
    {
        await using var daemon = await LogAsync(kept);

        var run = await RoostRun.AtAsync(daemon, ["fn", "logs", "f", .. options]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Is.EqualTo(string.Concat(Enumerable.Range(kept - shown, shown).Select(Line))));
    }

    [TestCase(30, 20)]
    [TestCase(5, 5)]
    [TestCase(30, 3, "-n", "3")]
    [TestCase(30, 30, "--all")]
    public async Task Following_begins_with_the_last_lines_and_goes_on(int kept, int shown, params string[] options)
    {
        await using var daemon = await LogAsync(kept);

        var run = await RoostRun.AtAsync(daemon, ["fn", "logs", "f", "-f", .. options]);

        Assert.That(run.Output, Is.EqualTo(string.Concat(Enumerable.Range(kept - shown, shown + 2).Select(Line))));
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: logs of f: the daemon ended the connection; it may be stopping. 'roost status' tells\n")));
    }

    [Test]
    public async Task A_tab_is_a_space_on_a_terminal()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync("T REPORT\tDuration\u001b[2J\n"));

        var person = await RoostRun.RunAsync(["fn", "logs", "f", "--socket", daemon.Socket], interactive: true);
        var pipe = await RoostRun.AtAsync(daemon, "fn", "logs", "f");

        Assert.That(person.Output, Is.EqualTo("T REPORT Duration\uFFFD[2J\n"));
        Assert.That(pipe.Output, Is.EqualTo("T REPORT\tDuration\u001b[2J\n"));
    }

    [TestCase("""{"functions":[{"name":"battery-watch"},{"name":"on-bump"}]}""", "There are: battery-watch, on-bump", "invoke")]
    [TestCase("""{"functions":[{"name":"battery-watch"},{"name":"on-bump"}]}""", "There are: battery-watch, on-bump", "logs")]
    [TestCase("""{"functions":[]}""", "There are none", "invoke")]
    public async Task A_name_that_is_not_there_is_answered_with_those_that_are(string functions, string expected, string command)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            var isList = context.Request.Path == "/api/v1/functions";
            context.Response.StatusCode = isList ? 200 : 404;
            return context.Response.WriteAsync(isList ? functions : """{"Message":"Function not found: arn"}""");
        });

        var run = await RoostRun.AtAsync(daemon, "fn", command, "onbump");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error.TrimEnd(), Does.EndWith($": there is no function 'onbump'. {expected}").And.Not.Contain("\n"));
    }

    [Test]
    public async Task Where_the_list_cannot_be_had_the_refusal_stands_alone()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"Message":"Function not found: arn"}""", 404);

        Assert.That((await RoostRun.AtAsync(daemon, "fn", "invoke", "onbump")).Error, Is.EqualTo("roost: invoke onbump: Function not found: arn\n"));
    }

    /// <summary>A function that has printed <paramref name="kept"/> lines; who follows gets two more, and then the daemon stops.</summary>
    private static Task<FakeDaemon> LogAsync(int kept) => FakeDaemon.StartAsync(context =>
        context.Response.WriteAsync(string.Concat(Enumerable.Range(0, kept + (context.Request.Query.ContainsKey("follow") ? 2 : 0)).Select(Line))));

    private static string Line(int number) => $"2026-01-01T00:00:{number:00}.000Z line\t{number}\n";
}
