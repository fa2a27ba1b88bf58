using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Backups;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class BackupFileTests
{
    private readonly TemporaryFolder _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task It_is_for_its_owner_alone_whatever_lay_beside_it()
    {
        File.WriteAllText(_folder["precious"], "theirs");
        File.CreateSymbolicLink(_folder["b.tar.tmp"], _folder["precious"]);
        await BackupFile.WriteAsync(_folder["b.tar"], stream => stream.WriteAsync(new byte[] { 1, 2 }).AsTask());

        Assert.That(await File.ReadAllBytesAsync(_folder["b.tar"]), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(new FileInfo(_folder["b.tar"]).LinkTarget, Is.Null);
        Assert.That(File.GetUnixFileMode(_folder["b.tar"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(await File.ReadAllTextAsync(_folder["precious"]), Is.EqualTo("theirs"));
    }

    [Test]
    public void One_that_fails_leaves_the_old_one_and_nothing_else()
    {
        File.WriteAllText(_folder["b.tar"], "old");

        Assert.That(() => BackupFile.WriteAsync(_folder["b.tar"], _ => throw new IOException("full")), Throws.TypeOf<IOException>());
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _folder["b.tar"] }));
        Assert.That(File.ReadAllText(_folder["b.tar"]), Is.EqualTo("old"));
    }
}
