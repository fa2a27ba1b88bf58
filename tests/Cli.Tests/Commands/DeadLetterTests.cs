namespace Roost.Cli.Tests.Commands;

public sealed class DeadLetterTests
{
    private const string Page = """
        {"deadLetters":[{"id":"17","time":"2026-11-21T12:00:00.000Z","kind":"event","requestId":"r","condition":"RetriesExhausted","errorCode":200,"errorMessage":"no bumper","attempts":3,"eventBytes":7}],"count":2,"next":"17"}
        """;

    [Test]
    public async Task The_list_tells_why_and_that_there_are_more()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Page);

        var run = await RoostRun.AtAsync(daemon, "fn", "dlq", "list", "f", "-n", "1");

        Assert.That(run.Output, Does.Match(@"17 +2026-11-21T12:00:00\.000Z +event +RetriesExhausted +200 +3 +7 +no bumper"));
        Assert.That(run.Error, Does.Contain("1 of 2 dead letters"));
        Assert.That(daemon.Requests.Single(), Does.Contain("GET /api/v1/functions/f/dead-letters").And.Contain("most=1"));
    }

    [TestCase("replay", "--id", "17", "POST /api/v1/functions/f/dead-letters/17/replay")]
    [TestCase("replay", "--all", "", "POST /api/v1/functions/f/dead-letters/replay")]
    [TestCase("delete", "--id", "17", "DELETE /api/v1/functions/f/dead-letters/17")]
    [TestCase("delete", "--since", "2026-11-21T12:00:00Z", "DELETE /api/v1/functions/f/dead-letters?since=2026-11-21T12:00:00.000Z")]
    public async Task One_or_all_are_replayed_or_deleted(string verb, string option, string value, string request)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"replayed":1,"deleted":1,"left":2}""");

        var run = await RoostRun.AtAsync(daemon, [.. new[] { "fn", "dlq", verb, "f", option, value }.Where(word => word.Length > 0)]);

        Assert.That((run.ExitCode, run.Output.Trim()), Is.EqualTo((0, $"1 {(verb == "replay" ? "replayed" : "deleted")}")), run.Error);
        Assert.That(run.Error, Does.Contain("2 are batches of streams"));
        Assert.That(daemon.Requests.Single(), Does.Contain(request));
    }

    [TestCase]
    [TestCase("--all", "--id", "17")]
    public async Task Which_letters_must_be_said_once(params string[] options)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, ["fn", "dlq", "delete", "f", .. options]);

        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error, Does.Contain("Give one of --id, --all and --since."));
        Assert.That(daemon.Requests, Is.Empty);
    }
}
