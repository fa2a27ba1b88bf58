namespace Roost.Cli.Tests.Commands;

public sealed class ShadowDeleteTests
{
    [TestCase("DELETE /things/vac-01/shadow", "shadow of vac-01 deleted at version 3\n", "vac-01")]
    [TestCase("DELETE /things/vac-01/shadow?name=cfg", "shadow cfg of vac-01 deleted at version 3\n", "vac-01", "--name", "cfg")]
    [TestCase("DELETE /things/vac-01/shadow?version=3", "shadow of vac-01 deleted at version 3\n", "vac-01", "--version", "3")]
    [TestCase("DELETE /things/vac-01/shadow?name=cfg&version=3", "{\"version\":3}\n", "vac-01", "--version", "3", "--name", "cfg", "--json")]
    public async Task A_shadow_is_deleted(string request, string output, params string[] arguments)
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"version":3}""");

        var run = await RoostRun.AtAsync(daemon, ["shadow", "delete", .. arguments]);

        Assert.That(daemon.Requests.Single(), Is.EqualTo(request));
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, output)));
    }

    [Test]
    public async Task A_failure_of_the_daemon_says_where_to_look()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"code":500,"message":"Internal service failure"}""", 500);

        var run = await RoostRun.AtAsync(daemon, "shadow", "get", "vac-01");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, run.Error)));
        Assert.That(run.Error, Does.Contain("Internal service failure; 'roost shadow check' tells"));
    }
}
