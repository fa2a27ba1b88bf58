using Microsoft.AspNetCore.Http;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Commands;

public sealed class BackupTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(_folder["old.tar"], "the last one");
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_backup_that_does_not_come_whole_leaves_the_old_one_and_nothing_else()
    {
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            context.Response.ContentType = "application/x-tar";
            return context.Response.Body.WriteAsync(new byte[5000]).AsTask();
        });

        var run = await RoostRun.AtAsync(daemon, "backup", _folder["old.tar"]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.Contain("did not come whole"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _folder["old.tar"] }));
        Assert.That(await File.ReadAllTextAsync(_folder["old.tar"]), Is.EqualTo("the last one"));
    }

    [Test]
    public async Task What_somebody_put_beside_it_is_not_written_through()
    {
        File.WriteAllText(_folder["precious"], "theirs");
        File.CreateSymbolicLink(_folder["old.tar.tmp"], _folder["precious"]);
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.Body.WriteAsync(new byte[5000]).AsTask());

        await RoostRun.AtAsync(daemon, "backup", _folder["old.tar"]);

        Assert.That(await File.ReadAllTextAsync(_folder["precious"]), Is.EqualTo("theirs"));
        Assert.That(File.Exists(_folder["old.tar.tmp"]), "nor removed");
    }

    [Test]
    public async Task A_connection_that_breaks_leaves_the_old_one_and_nothing_else()
    {
        await using var daemon = await FakeDaemon.StartAsync(async context =>
        {
            await context.Response.Body.WriteAsync(new byte[5000]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        var run = await RoostRun.AtAsync(daemon, "backup", _folder["old.tar"]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("roost: backup"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _folder["old.tar"] }));
    }

    [Test]
    public async Task What_the_daemon_refuses_is_told()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"message":"no room there"}""", 503);

        var run = await RoostRun.AtAsync(daemon, "backup", _folder["new.tar"]);

        Assert.That((run.ExitCode, run.Error.TrimEnd()), Is.EqualTo((1, "roost: backup: no room there")));
        Assert.That(File.Exists(_folder["new.tar"]), Is.False);
    }

    [Test]
    public async Task A_machine_without_roostd_is_told_what_to_run()
    {
        var run = await RoostRun.RunAsync(["restore", "b.tar", "--data", "data"], folder: _folder.Path, environment: new Dictionary<string, string> { ["PATH"] = _folder.Path });

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("roostd --restore FILE"));
    }
}
