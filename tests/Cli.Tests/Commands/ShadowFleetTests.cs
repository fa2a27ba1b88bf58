namespace Roost.Cli.Tests.Commands;

/// <summary>Many shadows at once: what goes over the wire, and what is printed of the answer.</summary>
public sealed class ShadowFleetTests
{
    [Test]
    public async Task A_list_by_filter_shows_the_selected_parts_as_columns()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"things":[{"thing":"vac-01","shadows":[{"name":null,"version":2,"updated":"2026-01-01T12:00:00+00:00","values":{"reported.battery":12}},{"name":"x","version":1,"updated":"2026-01-01T12:00:00+00:00","values":{}}]}],"damaged":["vac-02"]}""");

        var run = await RoostRun.AtAsync(daemon, "shadow", "list", "--where", "reported.battery<20 and name=''", "--select", "reported.battery, reported.'a b'", "--name", "");

        Assert.That(daemon.Requests.Single(), Is.EqualTo(
            "GET /api/v1/things?pageSize=1000&where=reported.battery%3C20%20and%20name%3D%27%27&select=reported.battery%2C%20reported.%27a%20b%27&shadow="));
        Assert.That(run.Output, Is.EqualTo("""
            THING   SHADOW  VERSION  UPDATED                   reported.battery  reported.'a b'
            vac-01          2        2026-01-01T12:00:00.000Z  12
            vac-01  x       1        2026-01-01T12:00:00.000Z

            """));
        Assert.That(run.Error, Does.Contain("shadow vac-02 is damaged"));
    }

    [Test]
    public async Task An_update_of_a_list_sends_the_document_once_and_says_what_was_refused()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"accepted":1,"refused":1,"results":[{"thing":"a","status":200,"version":3},{"thing":"b","name":"n","status":409,"message":"Version conflict"}]}""");

        var run = await RoostRun.AtAsync(daemon, "shadow", "update", """{"state":{"desired":{"x":1}},"clientToken":"t"}""", "--things", "a, b", "--name", "n");

        Assert.That(daemon.Requests.Single(), Is.EqualTo("""POST /api/v1/things/shadow {"state":{"desired":{"x":1}},"clientToken":"t","name":"n","things":["a","b"]}"""));
        Assert.That(run.Output, Is.EqualTo("""
            THING  SHADOW  VERSION  REFUSED
            a              3
            b      n                Version conflict

            """));
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: 1 of the updates were refused, 1 done\n")));
    }

    [Test]
    public async Task An_update_by_filter_may_find_nothing()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"accepted":0,"refused":0,"results":[]}""");

        var run = await RoostRun.AtAsync(daemon, "shadow", "update", """{"state":{}}""", "--where", "thing=a", "--json");

        Assert.That(daemon.Requests.Single(), Is.EqualTo("""POST /api/v1/things/shadow {"state":{},"where":"thing=a"}"""));
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, """{"accepted":0,"refused":0,"results":[]}""" + "\n")));
    }

    [Test]
    public async Task An_update_by_filter_tells_what_it_left_out()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"accepted":1,"refused":0,"results":[{"thing":"a","status":200,"version":3}],"damaged":["b","c~n"]}""");

        var run = await RoostRun.AtAsync(daemon, "shadow", "update", """{"state":{}}""", "--where", "thing like '*'");

        Assert.That(run.Error, Does.Contain("shadow b is damaged, could not be judged and was left out").And.Contain("c~n"));
    }

    [TestCase("[]")]
    [TestCase("{")]
    [TestCase("dock")]
    public async Task Data_that_is_no_object_is_not_sent(string data)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, "shadow", "update", data, "--where", "thing=a");

        Assert.That(daemon.Requests, Is.Empty);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, "roost: the data is no JSON object; write it like {\"state\":{\"desired\":{\"mode\":\"returning\"}}}\n")));
    }
}
