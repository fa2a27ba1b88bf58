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
        await BackupFile.WriteAsync(_folder["b.tar"], replace: false, stream => stream.WriteAsync(new byte[] { 1, 2 }).AsTask());

        Assert.That(await File.ReadAllBytesAsync(_folder["b.tar"]), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(new FileInfo(_folder["b.tar"]).LinkTarget, Is.Null);
        Assert.That(File.GetUnixFileMode(_folder["b.tar"]), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(await File.ReadAllTextAsync(_folder["precious"]), Is.EqualTo("theirs"));
    }

    [Test]
    public void One_that_fails_leaves_the_old_one_and_nothing_else()
    {
        File.WriteAllText(_folder["b.tar"], "old");

        Assert.That(() => BackupFile.WriteAsync(_folder["b.tar"], replace: true, _ => throw new IOException("full")), Throws.TypeOf<IOException>());
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { _folder["b.tar"] }));
        Assert.That(File.ReadAllText(_folder["b.tar"]), Is.EqualTo("old"));
    }

    [Test]
    public void What_is_there_is_replaced_only_when_that_is_wanted()
    {
        File.WriteAllText(_folder["b.tar"], "old");

        Assert.That(() => BackupFile.WriteAsync(_folder["b.tar"], replace: false, NeverAsync), Throws.TypeOf<BackupException>().With.Message.Contains("--force"));
    }

    [TestCase("/dev/null", "no regular file")]
    [TestCase("/", "no regular file")]
    [TestCase("/proc", "no regular file")]
    [TestCase("/nowhere/b.tar", "its folder is not there")]
    public void What_is_no_file_is_not_replaced_at_all(string path, string told) =>
        Assert.That(() => BackupFile.WriteAsync(path, replace: true, NeverAsync), Throws.TypeOf<BackupException>().With.Message.Contains(told));

    [Test]
    public async Task A_link_stays_and_the_file_behind_it_is_written([Values] bool isThere)
    {
        if (isThere)
        {
            File.WriteAllText(_folder["real.tar"], "old");
        }

        File.CreateSymbolicLink(_folder["link.tar"], "real.tar");
        await BackupFile.WriteAsync(_folder["link.tar"], replace: isThere, stream => stream.WriteAsync(new byte[] { 1 }).AsTask());

        Assert.That(new FileInfo(_folder["link.tar"]).LinkTarget, Is.EqualTo("real.tar"));
        Assert.That(await File.ReadAllBytesAsync(_folder["real.tar"]), Is.EqualTo(new byte[] { 1 }));
    }

    private static Task NeverAsync(Stream target) => throw new AssertionException("refused before anything is written");
}
