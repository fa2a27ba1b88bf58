using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

/// <summary><c>roost client</c> and <c>roost retained</c>: what goes over the wire, and what is printed of the answer.</summary>
public sealed class ClientTests
{
    private const string Details =
        """
        {"id":"a/b \u001b[31m","state":"connected","connected":true,"since":"2026-11-21T10:00:00.1234567Z","protocol":"5.0","address":"10.0.0.7:5000","listener":"0.0.0.0:8883",
        "transport":"tcp","tls":true,"keepAliveSeconds":60,"sessionExpirySeconds":0,"subscriptionCount":1,"inflight":1,"queued":3,"dropped":7,"drops":{"slow-reader":5,"expired":2},
        "bytesReceived":10,"bytesSent":20,"unsentBytes":0,"willTopic":"gone\u0007","inboundInflight":0,"inflightIdentifiers":[1],
        "subscriptions":[{"filter":"robots/#\u001b]0;x","qos":1,"noLocal":true,"retainAsPublished":false,"identifier":9}]}
        """;

    [Test]
    public async Task List_goes_through_all_pages()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            context.Request.Query["nextToken"] == "dA"
                ? """{"clients":[{"id":"b","state":"away","since":null,"address":null,"subscriptionCount":0,"queued":4,"dropped":0}],"nextToken":null}"""
                : """{"clients":[{"id":"a","state":"connected","since":"2026-11-21T10:00:00Z","address":"127.0.0.1:5","subscriptionCount":2,"queued":0,"dropped":1}],"nextToken":"dA"}"""));

        var run = await RoostRun.AtAsync(daemon, "client", "list", "x/", "--state", "away");

        Assert.That(daemon.Requests, Is.EqualTo(new[]
        {
            "GET /api/v1/clients?prefix=x%2F&state=away&maxResults=1000",
            "GET /api/v1/clients?prefix=x%2F&state=away&maxResults=1000&nextToken=dA",
        }));
        Assert.That(run.Output, Is.EqualTo("""
            CLIENT  STATE      SINCE                     ADDRESS      FILTERS  QUEUED  DROPPED
            a       connected  2026-11-21T10:00:00.000Z  127.0.0.1:5  2        0       1
            b       away       ?                                      0        4       0

            """));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Show_tells_all_and_obeys_no_control_character(bool interactive)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Details);

        var run = await RoostRun.RunAsync(["client", "show", "a/b", "--socket", daemon.Socket], interactive: interactive, environment: new Dictionary<string, string> { ["NO_COLOR"] = "1" });

        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/clients/a%2Fb"));
        Assert.That(run.Output, Does.Contain("a/b \ufffd[31m").And.Contain("gone\ufffd").And.Contain("robots/#\ufffd]0;x"));
        Assert.That(run.Output, Does.Match("transport +tcp, TLS").And.Match("dropped +5 slow-reader, 2 expired").And.Match("session +ends with the connection"));
        Assert.That(run.Output, Does.Contain("no local, identifier 9"));
        Assert.That(run.Output.Where(static letter => char.IsControl(letter) && letter is not ('\n' or '\r')), Is.Empty);
    }

    [TestCase(new[] { "client", "kick", "a/b" }, "DELETE /api/v1/clients/a%2Fb")]
    [TestCase(new[] { "client", "kick", "$x %", "--session" }, "DELETE /api/v1/clients/%24x%20%25?session=true")]
    public async Task Kick_deletes(string[] arguments, string request)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        var run = await RoostRun.AtAsync(daemon, arguments);

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((0, "", "")));
        Assert.That(daemon.Requests.Single(), Is.EqualTo(request));
    }

    [Test]
    public async Task Kicking_a_client_that_is_away_names_the_option_that_helps()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"message":"Client a is away, its session is kept; ?session=true ends it."}""", 409);

        var run = await RoostRun.AtAsync(daemon, "client", "kick", "a");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: kick a: it is away, and its session is kept; --session ends it\n")));
    }

    [Test]
    public async Task Retained_messages_are_listed_shown_and_cleared()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            context.Request.Method == "DELETE" ? """{"removed":3}"""
            : context.Request.Path.Value!.EndsWith("/retained", StringComparison.Ordinal) ? """{"retained":[{"topic":"a b","bytes":2,"qos":1,"retainedAt":"2026-11-21T10:00:00Z","expiresInSeconds":60}],"nextToken":null}"""
            : """{"topic":"a b","bytes":2,"payload":"it's\t\u001b"}"""));

        var listed = await RoostRun.AtAsync(daemon, "retained", "list", "a/#");
        var shown = await RoostRun.AtAsync(daemon, "retained", "show", "a b");
        var cleared = await RoostRun.AtAsync(daemon, "retained", "clear", "a/#");

        Assert.That(daemon.Requests, Is.EqualTo(new[]
        {
            "GET /api/v1/retained?filter=a%2F%23&maxResults=1000", "GET /api/v1/retained/a%20b", "DELETE /api/v1/retained?filter=a%2F%23",
        }));
        Assert.That(listed.Output, Is.EqualTo("""
            TOPIC  BYTES  QOS  SINCE                     EXPIRES IN
            a b    2      1    2026-11-21T10:00:00.000Z  60 s

            """));
        Assert.That(shown.Output, Is.EqualTo("it's\t\u001b\n"), "in a pipe a payload passes as it is");
        Assert.That(cleared.Output, Is.EqualTo("3\n"));
    }

    [TestCase(new[] { "retained", "clear" }, "'FILTER' missing")]
    [TestCase(new[] { "retained", "clear", "a/#/b" }, "'#' must be last")]
    [TestCase(new[] { "retained", "show", "a/+" }, "'+' cannot stand in a topic")]
    [TestCase(new[] { "client", "list", "--state", "here" }, "--state is connected or away")]
    [TestCase(new[] { "client", "kick" }, "'CLIENT' missing")]
    public async Task Wrong_usage_asks_the_daemon_nothing(string[] arguments, string message)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, arguments);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain(message));
        Assert.That(daemon.Requests, Is.Empty);
    }
}
