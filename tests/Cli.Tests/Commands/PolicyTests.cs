using Microsoft.AspNetCore.Http;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

/// <summary><c>roost policy</c>: what goes over the wire, and what is printed of the answer.</summary>
public sealed class PolicyTests
{
    [TestCase(new[] { "policy", "delete", "mine" }, "DELETE /api/v1/policies/mine", "policy mine deleted")]
    [TestCase(new[] { "policy", "attach", "mine", "vac-1" }, "PUT /api/v1/policies/mine/targets?target=thing%2Fvac-1", "policy mine attached to thing/vac-1, also for clients that are connected", Description = "a name alone is a thing's")]
    [TestCase(new[] { "policy", "attach", "a=b", "group/floor 2" }, "PUT /api/v1/policies/a%3Db/targets?target=group%2Ffloor%202", "policy a=b attached to group/floor 2, also for clients that are connected")]
    [TestCase(new[] { "policy", "detach", "mine", "user/ann" }, "DELETE /api/v1/policies/mine/targets?target=user%2Fann", "policy mine detached from user/ann, also for clients that are connected")]
    public async Task Changes_are_asked_for_and_told(string[] arguments, string request, string told)
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });

        var run = await RoostRun.AtAsync(daemon, arguments);

        Assert.That(daemon.Requests.Single(), Is.EqualTo(request));
        Assert.That(run.Output.Trim(), Is.EqualTo(told));
        Assert.That(run.ExitCode, Is.Zero);
    }

    [Test]
    public async Task List_tells_what_is_built_in_and_what_changed_when()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"policies":[{"name":"admin","builtIn":true,"version":1,"changedAt":null,"targets":0},{"name":"mine","builtIn":false,"version":3,"changedAt":"2026-11-22T03:00:00Z","targets":2}],"nextToken":null}""");

        var run = await RoostRun.AtAsync(daemon, "policy", "list");

        Assert.That(run.Output, Does.Match("admin +built in +0").And.Match("mine +3 +2026-11-22T03:00:00.000Z +2"));
    }

    [Test]
    public async Task A_check_says_why_and_fails_when_it_is_not_allowed()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"allowed":false,"action":"iot:Publish","resource":"topic/a","principal":"cert/00","thing":"vac-1","because":["No policy allows it","p, statement 1, is near\u001b[31m"]}""");

        var run = await RoostRun.RunAsync(["policy", "check", "vac-1", "publish", "a", "--client-id", "c", "--source-ip", "10.0.0.7", "--socket", daemon.Socket], interactive: true);

        Assert.That(daemon.Requests.Single(), Is.EqualTo("""POST /api/v1/policies/check {"subject":"vac-1","action":"publish","resource":"a","clientId":"c","sourceIp":"10.0.0.7"}"""));
        Assert.That(run.Output, Does.StartWith("not allowed: iot:Publish on topic/a as cert/00").And.Contain("  No policy allows it").And.Contain("is near").And.Not.Contain("\u001b"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test]
    public async Task A_file_that_is_no_text_is_not_sent()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["binary"], [0x7B, 0xFF, 0x7D]);
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        foreach (var file in (string[])[folder["binary"], folder["none"]])
        {
            var run = await RoostRun.AtAsync(daemon, "policy", "create", "mine", file);

            Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(run.Error, Does.Contain(file));
        }

        Assert.That(daemon.Requests, Is.Empty);
    }

    [Test]
    public async Task A_validation_lists_every_fault()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["p.json"], "{}");
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"valid":false,"statements":0,"faults":["Version is missing","Statement is missing"]}""");

        var run = await RoostRun.AtAsync(daemon, "policy", "validate", folder["p.json"]);

        Assert.That(run.Output, Does.Contain("cannot be taken").And.Contain("  Version is missing").And.Contain("  Statement is missing"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }
}
