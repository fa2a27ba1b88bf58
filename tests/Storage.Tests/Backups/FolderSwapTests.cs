using System.Text.Json;
using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Backups;

public sealed class FolderSwapTests
{
    private TemporaryFolder _folder = null!;
    private FolderMove[] _moves = [];

    private string[] Targets => [_folder["a"], _folder["b"]];

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _moves = [Move("a"), Move("b")];
        foreach (var name in new[] { "a", "b" })
        {
            Write($"{name}/file", "old");
            Write($"{name}.restored/file", "new");
            Write($"{name}.restored/inner/file", "new");
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
        Assert.That(Directory.Exists(_folder["b.replaced-20260101T000000Z"]), Is.False);
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

        Assert.That(FolderSwap.Finish(_folder.Path, Targets), Is.True);
        AssertSwapped();
        Assert.That(FolderSwap.Finish(_folder.Path, Targets), Is.False);
    }

    [Test]
    public void Cut_short_before_its_mark_is_whole_nothing_has_happened()
    {
        File.WriteAllText(_folder[FolderSwap.MarkName + ".tmp"], "[{");

        Assert.That(FolderSwap.Finish(_folder.Path, Targets), Is.False);
        Assert.That(File.ReadAllText(_folder["a/file"]), Is.EqualTo("old"));
    }

    [Test]
    public void A_move_that_fails_leaves_the_mark_and_is_done_when_it_can_be()
    {
        Write("a.replaced-20260101T000000Z/in-the-way", "");

        Assert.That(() => FolderSwap.Commit(_folder.Path, _moves), Throws.InstanceOf<IOException>());
        Assert.That(File.ReadAllText(_folder["a/file"]), Is.EqualTo("old"));
        Directory.Delete(_folder["a.replaced-20260101T000000Z"], recursive: true);
        Assert.That(FolderSwap.Finish(_folder.Path, Targets), Is.True);
        AssertSwapped();
    }

    [TestCase("{0}/c", "{0}/c.restored", "{0}/c.replaced-1", Description = "no folder of a part")]
    [TestCase("{0}/a", "{0}/evil", "{0}/a.replaced-1")]
    [TestCase("{0}/a", "{0}/a.restored", "{0}/a.replaced-1/../../elsewhere")]
    [TestCase("{0}/a", "{0}/a.restored", "/elsewhere")]
    [TestCase("{0}/x/../a", "{0}/a.restored", "{0}/a.replaced-1")]
    public void A_mark_that_names_anything_else_moves_nothing_at_all(string target, string staged, string aside)
    {
        Directory.CreateDirectory(_folder["c"]);
        Directory.CreateDirectory(_folder["c.restored"]);
        Directory.CreateDirectory(_folder["evil"]);
        FolderMove[] moves = [_moves[1], new(string.Format(target, _folder.Path), string.Format(staged, _folder.Path), string.Format(aside, _folder.Path))];
        File.WriteAllBytes(_folder[FolderSwap.MarkName], JsonSerializer.SerializeToUtf8Bytes(moves));
        var before = Directory.GetFileSystemEntries(_folder.Path).Order().ToList();

        Assert.That(() => FolderSwap.Finish(_folder.Path, Targets), Throws.TypeOf<BackupException>().With.Message.Contains(_folder[FolderSwap.MarkName]));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path).Order(), Is.EqualTo(before));
        Assert.That(File.ReadAllText(_folder["b/file"]), Is.EqualTo("old"));
    }

    [TestCase("[{")]
    [TestCase("[null]")]
    [TestCase("[{}]")]
    [TestCase("7")]
    public void A_mark_that_is_none_is_named(string text)
    {
        File.WriteAllText(_folder[FolderSwap.MarkName], text);

        Assert.That(() => FolderSwap.Finish(_folder.Path, Targets), Throws.TypeOf<BackupException>().With.Message.Contains(_folder[FolderSwap.MarkName]));
    }

    [Test]
    public void Links_in_what_is_put_in_place_are_not_followed()
    {
        File.CreateSymbolicLink(_folder["a.restored/loop"], ".");
        File.CreateSymbolicLink(_folder["a.restored/gone"], "/nowhere");

        FolderSwap.Commit(_folder.Path, _moves);

        AssertSwapped();
    }

    private void AssertSwapped()
    {
        foreach (var name in new[] { "a", "b" })
        {
            Assert.That((File.ReadAllText(_folder[$"{name}/file"]), File.ReadAllText(_folder[$"{name}/inner/file"])), Is.EqualTo(("new", "new")));
            Assert.That(File.ReadAllText(_folder[$"{name}.replaced-20260101T000000Z/file"]), Is.EqualTo("old"));
            Assert.That(Directory.Exists(_folder[$"{name}.restored"]), Is.False);
        }

        Assert.That(File.Exists(_folder[FolderSwap.MarkName]), Is.False);
    }

    private FolderMove Move(string name) => FolderMove.Of(_folder[name], new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
