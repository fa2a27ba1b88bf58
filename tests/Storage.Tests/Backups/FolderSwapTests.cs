using System.Text.Json;
using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Backups;

public sealed class FolderSwapTests
{
    private TemporaryFolder _folder = null!;
    private FolderMove[] _moves = [];

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _moves = [Move("a"), Move("b")];
        foreach (var name in new[] { "a", "b" })
        {
            Write($"{name}/file", "old");
            Write($"{name}.new/file", "new");
            Write($"{name}.new/inner/file", "new");
        }
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void All_folders_are_replaced_and_the_old_ones_kept()
    {
        FolderSwap.Commit(_folder.Path, _moves);

        AssertSwapped();
    }

    [Test]
    public void A_folder_that_was_not_there_is_put_there()
    {
        Directory.Delete(_folder["b"], recursive: true);
        FolderSwap.Commit(_folder.Path, _moves);

        Assert.That(File.ReadAllText(_folder["b/file"]), Is.EqualTo("new"));
        Assert.That(Directory.Exists(_folder["b.old"]), Is.False);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Cut_short_after_any_step_it_is_finished_by_who_comes_next(int steps)
    {
        File.WriteAllBytes(_folder[FolderSwap.MarkName], JsonSerializer.SerializeToUtf8Bytes(_moves));
        var all = _moves.SelectMany(move => new[] { (move.Target, move.Aside), (move.Staged, move.Target) });
        foreach (var (from, to) in all.Take(steps))
        {
            Directory.Move(from, to);
        }

        Assert.That(FolderSwap.Finish(_folder.Path), Is.True);
        AssertSwapped();
        Assert.That(FolderSwap.Finish(_folder.Path), Is.False);
    }

    [Test]
    public void Cut_short_before_its_mark_is_whole_nothing_has_happened()
    {
        File.WriteAllText(_folder[FolderSwap.MarkName + ".tmp"], "[{");

        Assert.That(FolderSwap.Finish(_folder.Path), Is.False);
        Assert.That(File.ReadAllText(_folder["a/file"]), Is.EqualTo("old"));
    }

    [Test]
    public void A_move_that_fails_leaves_the_mark_and_is_done_when_it_can_be()
    {
        Write("a.old/in-the-way", "");

        Assert.That(() => FolderSwap.Commit(_folder.Path, _moves), Throws.InstanceOf<IOException>());
        Assert.That(File.ReadAllText(_folder["a/file"]), Is.EqualTo("old"));
        Directory.Delete(_folder["a.old"], recursive: true);
        Assert.That(FolderSwap.Finish(_folder.Path), Is.True);
        AssertSwapped();
    }

    private void AssertSwapped()
    {
        foreach (var name in new[] { "a", "b" })
        {
            Assert.That((File.ReadAllText(_folder[$"{name}/file"]), File.ReadAllText(_folder[$"{name}/inner/file"])), Is.EqualTo(("new", "new")));
            Assert.That(File.ReadAllText(_folder[$"{name}.old/file"]), Is.EqualTo("old"));
            Assert.That(Directory.Exists(_folder[$"{name}.new"]), Is.False);
        }

        Assert.That(File.Exists(_folder[FolderSwap.MarkName]), Is.False);
    }

    private FolderMove Move(string name) => new(_folder[name], _folder[$"{name}.new"], _folder[$"{name}.old"]);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
