namespace Roost.Cli.Tests.Commands;

public sealed class ExportTests
{
    private const string Two = """
        {"name":"telemetry","exports":[
          {"name":"mqtt","stream":"telemetry","to":"mqtt","destination":"site/telemetry","state":"running","priority":5,"committedOffset":7,"lagRecords":12,"lagBytes":2048,"oldestUnsent":"2026-01-01T00:00:00Z","acknowledgedRecords":7,"acknowledgedBytes":700,"batches":7,"fault":null},
          {"name":"s3","stream":"telemetry","to":"s3","destination":"s3://b","state":"paused","priority":5,"lagRecords":19,"acknowledgedRecords":0,"fault":"paused by an operator"}]}
        """;

    [Test]
    public async Task The_list_has_a_line_for_each_export()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Two);
        var run = await RoostRun.AtAsync(daemon, ["export", "list"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))), Is.EqualTo(
            [
                "STREAM EXPORT STATE BEHIND OLDEST SENT TO NOTE",
                "telemetry mqtt running 12 2026-01-01T00:00:00.000Z 7 site/telemetry",
                "telemetry s3 paused 19 0 s3://b paused by an operator",
            ]));
    }

    [Test]
    public async Task What_did_not_arrive_is_told_of_an_export_that_looks_idle()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"exports":[{"name":"web","stream":"t","to":"http","destination":"x","state":"idle","lagRecords":0,"acknowledgedRecords":0,"deadRecords":3,"droppedRecords":2,"lostRecords":0,"expiredRecords":1,"fault":null}]}""");

        var run = await RoostRun.AtAsync(daemon, ["export", "list"]);

        Assert.That(run.Output, Does.Match("web +idle .* 3 in \\$dead, 2 refused and dropped, 1 given up for their age\n$"));
    }

    [TestCase("pause")]
    [TestCase("resume")]
    public async Task One_of_several_is_named_to_be_paused_or_resumed(string verb)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Two);
        var run = await RoostRun.AtAsync(daemon, ["export", verb, "telemetry", "s3"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(daemon.Requests.Last(), Does.StartWith($"POST /api/v1/streams/telemetry/exports/s3/{verb}"));
    }

    [TestCase("several exports: mqtt, s3; name one of them", "telemetry")]
    [TestCase("has no export 'S3'; it has mqtt, s3", "telemetry", "S3")]
    public async Task What_is_not_clear_is_asked_for_and_nothing_is_paused(string told, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Two);
        var run = await RoostRun.AtAsync(daemon, ["export", "pause", .. arguments]);

        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error, Does.Contain(told));
        Assert.That(daemon.Requests, Has.None.StartsWith("POST"));
    }
}
