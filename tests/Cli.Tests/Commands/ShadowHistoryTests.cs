using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

public sealed class ShadowHistoryTests
{
    private const string Newer =
        """{"thing":"vac","history":[{"offset":9,"version":3,"time":"2026-11-21T17:20:41.301Z","kind":"updated","via":"mqtt","by":"vac","clientToken":"t","changes":[{"path":["reported","a","b"],"old":1,"new":"x"},{"path":["reported","c"],"old":[1]}]},{"offset":7,"version":2,"time":"2026-11-21T17:20:40Z","kind":"updated","via":"http","changes":[]}],"next":7}""";

    private const string Older = """{"thing":"vac","history":[{"offset":3,"version":1,"time":"2026-11-21T17:20:39Z","kind":"updated","via":"roost"}],"damage":"Segment x is damaged"}""";

    [Test]
    public async Task Every_changed_value_is_a_row_and_older_pages_follow_up_to_the_limit()
    {
        await using var daemon = await StartAsync();

        var run = await RoostRun.AtAsync(daemon, "shadow", "history", "vac", "--name", "n", "--limit", "30");

        Assert.That(run.Output, Is.EqualTo(
            """
            TIME                      VERSION  BY            CHANGE
            2026-11-21T17:20:41.301Z  3        mqtt vac (t)  reported.a.b: 1 -> "x"
                                                             reported.c: [1] -> -
            2026-11-21T17:20:40.000Z  2        http          nothing changed
            2026-11-21T17:20:39.000Z  1        roost         the record before it is not kept any more

            """));
        Assert.That(run.Error, Does.Contain("a part of the history is not shown: Segment x is damaged"));
        Assert.That(daemon.Requests, Is.EqualTo(new[]
        {
            "GET /api/v1/things/vac/shadow/history?limit=30&name=n", "GET /api/v1/things/vac/shadow/history?limit=28&name=n&before=7",
        }));
    }

    [Test]
    public async Task In_json_each_change_is_a_line_and_no_more_is_asked_for_than_wanted()
    {
        await using var daemon = await StartAsync();

        var run = await RoostRun.AtAsync(daemon, "shadow", "history", "vac", "--limit", "2", "--json");

        Assert.That(run.Output.TrimEnd().Split('\n').Select(line => line[..11]), Is.EqualTo(new[] { """{"offset":9""", """{"offset":7""" }));
        Assert.That(daemon.Requests, Has.Count.EqualTo(1));
    }

    private static Task<FakeDaemon> StartAsync() => FakeDaemon.StartAsync(context =>
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(context.Request.Query.ContainsKey("before") ? Older : Newer);
    });
}
