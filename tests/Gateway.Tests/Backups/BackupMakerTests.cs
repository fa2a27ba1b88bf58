using Roost.Gateway.Backups;
using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Backups;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BackupMakerTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource _reader = new();
    private readonly BackupMaker _maker;

    public BackupMakerTests() => _maker = new BackupMaker(_folder.Path, [new SomePart()], TimeProvider.System);

    [TearDown]
    public void TearDown()
    {
        _maker.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Who_takes_a_backup_slowly_keeps_nobody_from_the_next()
    {
        var slow = _maker.MakeAsync(async (_, folder) =>
        {
            await _reader.Task;
            Assert.That(File.Exists(Path.Combine(folder, "some", "some.db")), "not touched by the other");
        }, CancellationToken.None);

        await Eventually.CompletesAsync(_maker.MakeAsync((_, _) => Task.CompletedTask, CancellationToken.None), "a backup beside one that is being sent");
        _reader.SetResult();
        await slow;

        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
    }

    [Test]
    public async Task Only_so_many_copies_take_up_room_at_once()
    {
        var others = Enumerable.Range(0, BackupMaker.MostAtOnce).Select(_ => _maker.MakeAsync((_, _) => _reader.Task, CancellationToken.None)).ToList();

        Assert.That(() => _maker.MakeAsync((_, _) => Task.CompletedTask, CancellationToken.None), Throws.TypeOf<BackupException>());
        _reader.SetResult();
        await Task.WhenAll(others);
        await _maker.MakeAsync((_, _) => Task.CompletedTask, CancellationToken.None);

        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
    }

    [Test]
    public void A_copy_that_fails_leaves_nothing_and_takes_no_place()
    {
        using var maker = new BackupMaker(_folder.Path, [new SomePart(fails: true)], TimeProvider.System);
        for (var i = 0; i <= BackupMaker.MostAtOnce; i++)
        {
            Assert.That(() => maker.MakeAsync((_, _) => Task.CompletedTask, CancellationToken.None), Throws.TypeOf<BackupException>().With.Message.Contain("no room"));
        }

        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
    }
}
