using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Backups;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FolderCopyTests
{
    private readonly TemporaryFolder _folder = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Links_are_copied_and_not_what_they_lead_to()
    {
        Directory.CreateDirectory(_folder["from/inner"]);
        Directory.CreateDirectory(_folder["elsewhere"]);
        File.WriteAllText(_folder["elsewhere/secret"], "not ours");
        File.WriteAllText(_folder["from/inner/file"], "ours");
        File.CreateSymbolicLink(_folder["from/inner/file-link"], _folder["elsewhere/secret"]);
        File.CreateSymbolicLink(_folder["from/folder-link"], _folder["elsewhere"]);
        File.CreateSymbolicLink(_folder["from/loop"], ".");
        File.CreateSymbolicLink(_folder["from/nowhere"], "gone");

        FolderCopy.Copy(_folder["from"], _folder["to"], _ => false);

        Assert.That(File.ReadAllText(_folder["to/inner/file"]), Is.EqualTo("ours"));
        Assert.That(new[] { "inner/file-link", "folder-link", "loop", "nowhere" }.Select(name => new FileInfo(_folder[$"to/{name}"]).LinkTarget),
            Is.EqualTo(new[] { _folder["elsewhere/secret"], _folder["elsewhere"], ".", "gone" }));
    }

    [Test]
    public void What_is_left_out_is_told_by_its_path_and_a_folder_that_is_not_there_is_nothing()
    {
        Directory.CreateDirectory(_folder["from/a"]);
        Directory.CreateDirectory(_folder["from/b"]);
        File.WriteAllText(_folder["from/a/x"], "");
        File.WriteAllText(_folder["from/b/x"], "");

        FolderCopy.Copy(_folder["from"], _folder["to"], path => path is "a/x");
        FolderCopy.Copy(_folder["missing"], _folder["none"], _ => false);

        Assert.That((File.Exists(_folder["to/a/x"]), File.Exists(_folder["to/b/x"]), Directory.Exists(_folder["none"])), Is.EqualTo((false, true, false)));
    }
}
