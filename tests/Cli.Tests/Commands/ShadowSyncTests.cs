namespace Roost.Cli.Tests.Commands;

/// <summary><c>roost shadow sync</c>.</summary>
public sealed class ShadowSyncTests
{
    private const string Page =
        """
        {"connection":{"state":"connected","strategy":"real-time","error":null},"counts":{"failing":1,"synced":1},"shadows":[
        {"thing":"vac-1","name":null,"direction":"both","state":"synced","localVersion":7,"cloudVersion":9,"syncedAt":"2026-11-21T10:00:00Z","failures":0,"lastError":null,"nextAttemptAt":null,"conflicts":1,
        "lastConflict":{"at":"2026-11-21T09:00:00Z","values":[{"path":"/desired/mode","base":"\"a\"","local":null,"cloud":"\"c\u001b[31m\"","winner":"cloud"}]}},
        {"thing":"vac-1","name":"$package","direction":"up","state":"failing","localVersion":null,"cloudVersion":null,"syncedAt":null,"failures":3,"lastError":"The upstream answered 500 x","nextAttemptAt":"2026-11-21T10:05:00Z","conflicts":0,"lastConflict":null}],
        "nextToken":null}
        """;

    [Test]
    public async Task Status_of_a_thing_explains_its_last_conflict()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Page);

        var run = await RoostRun.AtAsync(daemon, "shadow", "sync", "status", "vac-1", "--state", "failing");

        Assert.That(daemon.Requests.Single(), Is.EqualTo("GET /api/v1/shadow-sync?pageSize=1000&thing=vac-1&state=failing"));
        Assert.That(run.Output, Is.EqualTo("""
            sync connected, real-time: 1 failing, 1 synced
            THING  SHADOW    STATE         HERE  CLOUD  SYNCED                    CONFLICTS  NEXT                      ERROR
            vac-1            synced        7     9      2026-11-21T10:00:00.000Z  1
            vac-1  $package  failing (up)                                         0          2026-11-21T10:05:00.000Z  The upstream answered 500 x

            Last conflict of vac-1, 2026-11-21T09:00:00.000Z:
            PATH           BEFORE  HERE    CLOUD     STAYS
            /desired/mode  "a"     (none)  "c�[31m"  cloud

            """));
    }

    [TestCase("accept-deletions", null, "", "to be deleted here, except those written to since they were synced")]
    [TestCase("put-back", "vac 1", "?thing=vac%201", "to be made in the cloud again")]
    public async Task What_becomes_of_held_shadows_is_asked_for_and_told(string verb, string? thing, string query, string outcome)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"shadows":5}""");

        var run = await RoostRun.AtAsync(daemon, ["shadow", "sync", verb, .. thing is null ? Array.Empty<string>() : [thing]]);

        Assert.That(daemon.Requests.Single(), Is.EqualTo($"POST /api/v1/shadow-sync/{verb}{query}"));
        Assert.That(run.Output, Is.EqualTo($"5 held shadows: {outcome}\n"));
    }

    [Test]
    public async Task A_thing_that_is_not_synced_is_told_so()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"connection":{"state":"connected","strategy":"real-time","error":null},"counts":{"synced":1},"shadows":[],"nextToken":null}""");

        Assert.That((await RoostRun.AtAsync(daemon, "shadow", "sync", "status", "other")).Error, Does.StartWith("roost: no shadow of other is synced"));
        Assert.That((await RoostRun.AtAsync(daemon, "shadow", "sync", "status")).Error, Is.Empty);
    }

    [Test]
    public async Task Json_is_one_line_for_each_shadow()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Page);

        var run = await RoostRun.AtAsync(daemon, "shadow", "sync", "status", "--json");

        Assert.That(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(2).And.All.StartWith("{\"thing\":\"vac-1\""));
    }
}
