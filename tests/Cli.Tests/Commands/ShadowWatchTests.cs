using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

public sealed class ShadowWatchTests
{
    private const string Events = """
        event: reset
        data: {}

        event: document
        data: {"thing":"old","version":1,"timestamp":1763745641,"state":{"reported":{"a":1}}}

        event: ready
        data: {}

        event: delta
        data: {"thing":"vac-01","version":18,"timestamp":1763745642,"state":{"mode":"dock"}}

        event: document
        data: {"thing":"vac-01","version":18,"timestamp":1763745642,"state":{"desired":{"mode":"dock"}},"metadata":{},"skipped":3}

        event: deleted
        data: {"thing":"vac-01","name":"cfg","version":19,"timestamp":1763745643}


        """;

    [Test]
    public async Task Changes_are_printed_and_not_how_things_stood_before()
    {
        await using var daemon = await SendingAsync();

        var run = await RoostRun.AtAsync(daemon, "shadow", "watch", "vac-*", "-n", "2");

        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/shadows/events?things=vac-%2A"));
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, """
            2025-11-21 17:20:42Z  vac-01  18  {"desired":{"mode":"dock"}} (3 versions before it were passed over)
            2025-11-21 17:20:43Z  vac-01~cfg  19  deleted

            """)));
    }

    [Test]
    public async Task With_json_each_line_is_the_daemons_event()
    {
        await using var daemon = await SendingAsync();

        var run = await RoostRun.AtAsync(daemon, "shadow", "watch", "--name", "", "-n", "1", "--json");

        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/shadows/events?things=%2A&name="));
        Assert.That(run.Output, Does.StartWith("""{"thing":"vac-01","version":18,""").And.EndWith("}\n"));
    }

    [Test]
    public async Task A_daemon_that_stops_is_a_failure()
    {
        await using var daemon = await SendingAsync();

        var run = await RoostRun.AtAsync(daemon, "shadow", "watch");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, run.Error)));
        Assert.That(run.Error, Does.Contain("the daemon ended the connection"));
    }

    private static Task<FakeDaemon> SendingAsync() => FakeDaemon.StartAsync(context =>
    {
        context.Response.ContentType = "text/event-stream";
        return context.Response.WriteAsync(Events);
    });
}
