using Microsoft.AspNetCore.Http;

namespace Roost.Cli.Tests.Commands;

/// <summary>What the operator of a damaged stream sees, and what a script can tell.</summary>
public sealed class StreamVerifyTests
{
    private const string Damage = """[{"segment":"/d/0.log","position":4096,"firstOffset":7,"nextOffset":9,"records":2,"reason":"the records do not match their checksums"}]""";

    [Test]
    public async Task Verify_follows_the_pass_to_its_end_and_fails_when_something_is_damaged()
    {
        var asked = 0;
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            $$"""{"running":{{(asked++ < 2 ? "true" : "false")}},"checkedBytes":50,"totalBytes":100,"endedAt":null,"damage":{{(asked < 3 ? "[]" : Damage)}}}"""));

        var run = await RoostRun.AtAsync(daemon, "stream", "verify", "t");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Output, Does.Contain("/d/0.log").And.Contain("4096").And.Contain("do not match"));
        Assert.That(daemon.Requests.First(), Does.StartWith("POST /api/v1/streams/t/verify"));
    }

    [Test]
    public async Task Verify_without_a_name_reads_every_stream_and_is_content_when_all_are_sound()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.WriteAsync(
            context.Request.Path == "/api/v1/streams" ? """{"streams":[{"name":"a"},{"name":"b"},{"name":"c","fault":"is closed"}]}""" : """{"running":false,"checkedBytes":5,"damage":[]}"""));

        var run = await RoostRun.AtAsync(daemon, "stream", "verify");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(daemon.Requests.Skip(1), Is.EqualTo(new[] { "POST /api/v1/streams/a/verify", "POST /api/v1/streams/b/verify" }));
        Assert.That(run.Output, Does.Contain("sound"));
    }

    [TestCase("GET", "would be given up")]
    [TestCase("POST", "were given up", "--yes")]
    public async Task Repair_changes_something_only_when_told_so(string method, string says, params string[] options)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync($$"""{"done":true,"lostRecords":2,"keptRecords":5,"damage":{{Damage}},"aside":["/d/0.log.damaged"]}""");

        var run = await RoostRun.AtAsync(daemon, ["stream", "repair", "t", .. options]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain(says));
        Assert.That(daemon.Requests.Single(), Is.EqualTo($"{method} /api/v1/streams/t/repair"));
    }
}
