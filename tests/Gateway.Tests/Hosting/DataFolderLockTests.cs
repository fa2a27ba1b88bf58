using Roost.Gateway.Hosting;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class DataFolderLockTests
{
    private readonly TemporaryFolder _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Who_holds_it_is_not_written_through_a_link()
    {
        File.WriteAllText(_folder["precious"], "theirs");
        File.CreateSymbolicLink(_folder["roostd.pid"], _folder["precious"]);

        using var held = DataFolderLock.Take(_folder.Path);

        Assert.That(File.ReadAllText(_folder["precious"]), Is.EqualTo("theirs"));
        Assert.That(File.ReadAllText(_folder["roostd.pid"]), Is.EqualTo($"{Environment.ProcessId}\n"));
    }

    [Test]
    public void No_lock_is_made_through_a_link()
    {
        File.CreateSymbolicLink(_folder[DataFolderLock.FileName], _folder["made"]);

        Assert.That(() => DataFolderLock.Take(_folder.Path), Throws.TypeOf<StartRefusedException>().With.Message.Contains($"{_folder[DataFolderLock.FileName]} is a link"));
        Assert.That(File.Exists(_folder["made"]), Is.False);
    }

    [Test]
    public void Who_needs_a_daemon_stopped_is_told_how_and_a_pid_that_is_none_is_not_repeated()
    {
        using var held = DataFolderLock.Take(_folder.Path);
        Assert.That(() => DataFolderLock.Take(_folder.Path, isOffline: true),
            Throws.TypeOf<StartRefusedException>().With.Message.Contains($"(pid {Environment.ProcessId}) works on {_folder.Path}").And.Message.Contains("sudo systemctl stop roost"));

        File.WriteAllText(_folder["roostd.pid"], "\x1b[2Jhello");
        Assert.That(() => DataFolderLock.Take(_folder.Path), Throws.TypeOf<StartRefusedException>().With.Message.Not.Contains("hello"));
    }
}
