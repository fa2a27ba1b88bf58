using Roost.Gateway.Hosting;
using Roost.Gateway.Tests.Support;
using Roost.Storage.Backups;
using Roost.Storage.Files;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Backups;

/// <summary>Root backs up and restores what belongs to the daemon's user. Whoever has taken that user over has left traps, and waits.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RootOnForeignDataTests
{
    private const uint Stranger = 65_534;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    [SetUp]
    public async Task SetUpAsync()
    {
        Assume.That(FileOwner.CurrentUser, Is.Zero, "only root can become another user");
        var (reaches, _) = await Shell.RunAsync("setpriv", $"--reuid={Stranger}", $"--regid={Stranger}", "--clear-groups", "test", "-x", Path.Combine(AppContext.BaseDirectory, "roostd"));
        Assume.That(reaches, Is.Zero, "a folder above keeps other users away from this build");
        Directory.CreateDirectory(Path.Combine(Data, "identity"));
        await File.WriteAllTextAsync(Path.Combine(Data, "identity", "identity.db"), ""); // an empty database
        await File.WriteAllTextAsync(_folder["precious"], "only root reads this");
        File.SetUnixFileMode(_folder["precious"], OwnerOnly);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Links_lead_to_nothing_that_the_owner_of_the_data_may_not_do()
    {
        File.CreateSymbolicLink(Path.Combine(Data, "roostd.pid"), _folder["precious"]);
        File.CreateSymbolicLink(Path.Combine(Data, "identity", "notes"), _folder["precious"]);
        File.CreateSymbolicLink(Path.Combine(Data, "identity", "machine"), "/etc");
        await GiveAwayAsync();

        Assert.That(await RunAsync("--backup", _folder["b.tar"]), Is.EqualTo((0, "")));
        Assert.That((FileOwner.Of(_folder["b.tar"])?.User, File.GetUnixFileMode(_folder["b.tar"])), Is.EqualTo(((uint?)0, OwnerOnly)), "where root asked for it, and root's");
        Assert.That(await RunAsync("--restore", _folder["b.tar"], "--force"), Is.EqualTo((0, "")));

        Assert.That(await File.ReadAllTextAsync(_folder["precious"]), Is.EqualTo("only root reads this"));
        Assert.That(new FileInfo(Path.Combine(Data, "identity", "notes")).LinkTarget, Is.EqualTo(_folder["precious"]), "a link stays a link");
        Assert.That(new FileInfo(Path.Combine(Data, "identity", "machine")).LinkTarget, Is.EqualTo("/etc"));
        var (_, strange) = await Shell.RunAsync("find", Data, "!", "-user", $"{Stranger}");
        Assert.That(strange, Is.Empty, "all of it is its owner's");
    }

    [Test]
    public async Task A_mark_that_somebody_else_wrote_moves_nothing()
    {
        Directory.CreateDirectory(_folder["victim"]);
        Directory.CreateDirectory(_folder["evil"]);
        await File.WriteAllTextAsync(Path.Combine(Data, FolderSwap.MarkName), $$"""[{"Target":"{{_folder["victim"]}}","Staged":"{{_folder["evil"]}}","Aside":"{{_folder["aside"]}}"}]""");
        await GiveAwayAsync();

        var (code, errors) = await RunAsync("--backup", _folder["b.tar"]);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors, Does.Contain(Path.Combine(Data, FolderSwap.MarkName)).And.Contain("remove"));
        Assert.That(Directory.Exists(_folder["victim"]) && Directory.Exists(_folder["evil"]) && !Directory.Exists(_folder["aside"]));
        Assert.That(Directory.GetFiles(_folder.Path, "b.tar*"), Is.Empty);
    }

    [Test]
    public async Task Where_root_cannot_become_the_owner_nothing_is_opened()
    {
        await GiveAwayAsync();

        var (code, output) = await Shell.RunAsync(
            "setpriv", "--bounding-set=-setuid,-setgid", Path.Combine(AppContext.BaseDirectory, "roostd"), "--backup", _folder["b.tar"], "--data", Data);

        Assert.That(code, Is.EqualTo(1), output);
        Assert.That(output, Does.Contain($"{Data} belongs to {UserAccount.OfOwner(Data)}").And.Contain("Run it as that user"));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path, "b.tar*"), Is.Empty);
        Assert.That(File.Exists(Path.Combine(Data, DataFolderLock.FileName)), Is.False);
    }

    private async Task GiveAwayAsync()
    {
        await Shell.RunAsync("chmod", "0755", _folder.Path);
        await Shell.RunAsync("chown", "--recursive", "--no-dereference", $"{Stranger}:{Stranger}", Data);
    }

    private async Task<(int Code, string Errors)> RunAsync(params string[] arguments)
    {
        await using var run = DaemonProcess.Launch([.. arguments, "--data", Data]);
        return (await run.ExitAsync(), run.Errors);
    }
}
