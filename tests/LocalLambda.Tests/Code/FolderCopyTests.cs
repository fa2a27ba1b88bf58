using System.Diagnostics;
using Roost.LocalLambda.Code;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Code;

internal sealed class FolderCopyTests
{
    private TemporaryFolder _folder = null!;

    private string Source => _folder["source"];

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(Source, "lib"));
        File.WriteAllText(Path.Combine(Source, "function.yaml"), "runtime: python3.x");
        File.WriteAllText(Path.Combine(Source, "main.py"), "import lib.a");
        File.WriteAllText(Path.Combine(Source, "lib", "a.py"), "");
        File.CreateSymbolicLink(Path.Combine(Source, "link"), "lib/a.py");
        File.CreateSymbolicLink(Path.Combine(Source, "shadow"), "/etc/shadow");
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Files_folders_and_links_are_copied_and_the_function_yaml_is_not()
    {
        await CopyAsync("copy");

        Assert.That(Names("copy"), Is.EqualTo(new[] { "lib", "lib/a.py", "link", "main.py", "shadow" }));
        Assert.That(File.ResolveLinkTarget(_folder["copy/shadow"], returnFinalTarget: false)!.FullName, Is.EqualTo("/etc/shadow"), "a link is copied as a link, and never followed");
        Assert.That(File.GetUnixFileMode(_folder["copy/main.py"]) & (UnixFileMode.UserWrite | UnixFileMode.UserExecute), Is.EqualTo(UnixFileMode.None));
    }

    [Test]
    public async Task A_program_stays_executable()
    {
        File.SetUnixFileMode(Path.Combine(Source, "main.py"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await CopyAsync("copy");

        Assert.That(File.GetUnixFileMode(_folder["copy/main.py"]).HasFlag(UnixFileMode.UserExecute));
    }

    [Test]
    public async Task The_hash_tells_contents_names_modes_and_links_apart()
    {
        List<string> hashes = [await CopyAsync("1"), await CopyAsync("2")];
        Assert.That(hashes[1], Is.EqualTo(hashes[0]));

        await File.WriteAllTextAsync(Path.Combine(Source, "function.yaml"), "runtime: python3.11");
        Assert.That(await CopyAsync("3"), Is.EqualTo(hashes[0]), "settings are no code");

        await File.WriteAllTextAsync(Path.Combine(Source, "main.py"), "import lib.b");
        hashes[1] = await CopyAsync("4");
        File.Move(Path.Combine(Source, "lib", "a.py"), Path.Combine(Source, "lib", "b.py"));
        hashes.Add(await CopyAsync("5"));
        File.SetUnixFileMode(Path.Combine(Source, "main.py"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        hashes.Add(await CopyAsync("6"));
        File.Delete(Path.Combine(Source, "link"));
        File.CreateSymbolicLink(Path.Combine(Source, "link"), "lib/b.py");
        hashes.Add(await CopyAsync("7"));
        Assert.That(hashes, Is.Unique);
    }

    [Test]
    public async Task A_signature_changes_with_what_is_in_the_folder_and_with_nothing_else()
    {
        var before = FolderSignature.Of(Source);
        Assert.That(FolderSignature.Of(Source), Is.EqualTo(before));

        await File.WriteAllTextAsync(Path.Combine(Source, "lib", "a.py"), "x = 1");
        var changed = FolderSignature.Of(Source);
        File.SetLastWriteTimeUtc(Path.Combine(Source, "function.yaml"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.That(new[] { before, changed, FolderSignature.Of(Source) }, Is.Unique);
    }

    [Test]
    public async Task A_pipe_is_refused_and_does_not_hold_up_anybody()
    {
        using (var make = Process.Start("mkfifo", Path.Combine(Source, "pipe")))
        {
            await make.WaitForExitAsync();
        }

        await Assert.ThatAsync(() => CopyAsync("copy"), Throws.TypeOf<InvalidCodeException>().With.Message.Contains($"{Source}/pipe is a pipe"));
    }

    [Test]
    public async Task Too_many_bytes_are_refused_with_the_remedy()
    {
        await File.WriteAllBytesAsync(Path.Combine(Source, "big"), new byte[2000]);

        await Assert.ThatAsync(
            () => FolderCopy.FillAsync(Source, Directory.CreateDirectory(_folder["copy"]).FullName, maxBytes: 1000),
            Throws.TypeOf<InvalidCodeException>().With.Message.Contains("more than 1000 bytes").And.Message.Contains("max-code"));
    }

    [Test]
    public async Task A_link_that_leads_back_to_its_folder_is_not_followed()
    {
        Directory.CreateSymbolicLink(Path.Combine(Source, "lib", "up"), "..");

        await CopyAsync("copy");

        Assert.That(Names("copy"), Has.Member("lib/up").And.Not.Member("lib/up/main.py"));
    }

    private async Task<string> CopyAsync(string target) => (await FolderCopy.FillAsync(Source, Directory.CreateDirectory(_folder[target]).FullName, 1_000_000)).Sha256;

    private IEnumerable<string> Names(string folder) => FolderEntries.Of(_folder[folder]).Select(entry => Path.GetRelativePath(_folder[folder], entry.FullName));
}
