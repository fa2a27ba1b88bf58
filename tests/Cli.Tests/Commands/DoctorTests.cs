namespace Roost.Cli.Tests.Commands;

public sealed class DoctorTests
{
    private const string Weak = """{"state":"weak","checks":[{"check":"disk","state":"well","found":"much is free","remedy":null},{"check":"isolation","state":"weak","found":"weak","remedy":"put cgroup_enable=memory into cmdline.txt"}]}""";

    [Test]
    public async Task Doctor_shows_each_check_and_what_to_do()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Weak);

        var run = await RoostRun.AtAsync(daemon, "doctor");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Is.EqualTo("CHECK      STATE  FOUND         WHAT TO DO\ndisk       well   much is free\nisolation  weak   weak          put cgroup_enable=memory into cmdline.txt\n"));
        Assert.That(daemon.Requests, Is.EqualTo(["GET /api/v1/doctor"]));
    }

    [Test]
    public async Task What_does_not_work_is_the_exit_code()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(Weak.Replace("\"weak\"", "\"fault\""));

        Assert.That((await RoostRun.AtAsync(daemon, "doctor")).ExitCode, Is.EqualTo(1));
    }

    [Test]
    public async Task Show_tells_what_isolates_a_function()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync(
            """{"name":"f","state":"ready","faults":[],"notes":["odd"],"workers":2,"busy":1,"idle":1,"starting":0,"isolation":{"mode":"sandbox","memory":"watch","weaknesses":["no groups"]}}""");

        var run = await RoostRun.AtAsync(daemon, "fn", "show", "f");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output.Split('\n').Select(line => string.Join('|', line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))), Is.EqualTo(
            ["WHAT|HOW IT IS", "name|f", "state|ready", "note|odd", "workers|2, of these 1 busy, 1 idle, 0 starting", "isolation|sandbox", "isolation: memory|watch", "isolation is weak|no groups", ""]));
    }
}
