using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
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

        var run = await RoostRun.AtAsync(daemon, "backup", _folder["old.tar"], "--force");

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

        await RoostRun.AtAsync(daemon, "backup", _folder["old.tar"], "--force");

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

        var run = await RoostRun.AtAsync(daemon, "backup", _folder["old.tar"], "--force");

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
        Assert.That(run.Error, Does.Contain("roostd --restore FILE --data DIR"));
    }

    [TestCase("old.tar", "--force")]
    [TestCase("nodir/x.tar", "folder is not there")]
    [TestCase("pipe", "no regular file", "--force")]
    [TestCase("/dev/full", "no regular file", "--force")]
    public async Task What_cannot_or_may_not_be_written_is_told_before_the_daemon_is_asked(string name, string told, params string[] options)
    {
        using (var pipe = System.Diagnostics.Process.Start("mkfifo", [_folder["pipe"]]))
        {
            await pipe.WaitForExitAsync();
        }

        await using var daemon = await FakeDaemon.AnsweringAsync("{}");

        var run = await RoostRun.AtAsync(daemon, ["backup", Path.Combine(_folder.Path, name), .. options]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.StartWith("roost: backup: ").And.Contain(told));
        Assert.That(daemon.Requests, Is.Empty);
        Assert.That(await File.ReadAllTextAsync(_folder["old.tar"]), Is.EqualTo("the last one"));
    }

    [Test]
    public async Task A_folder_that_goes_meanwhile_is_an_error()
    {
        var folder = Directory.CreateDirectory(_folder["stick"]).FullName;
        await using var daemon = await FakeDaemon.StartAsync(context =>
        {
            Directory.Delete(folder);
            return context.Response.Body.WriteAsync(new byte[5000]).AsTask();
        });

        var run = await RoostRun.AtAsync(daemon, "backup", Path.Combine(folder, "x.tar"));

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.StartWith("roost: backup to "));
    }

    [Test]
    public async Task A_folder_that_takes_no_file_is_told_without_the_name_that_it_was_to_have_meanwhile()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.Body.WriteAsync(new byte[5000]).AsTask());

        var run = await RoostRun.AtAsync(daemon, "backup", "/proc/x.tar"); // which takes no file, whoever asks

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.StartWith("roost: backup").And.Contain("/proc"));
        Assert.That(run.Error, Does.Not.Contain(".tmp"));
    }

    [Test]
    public async Task A_backup_of_damaged_shadows_says_so()
    {
        await using var daemon = await FakeDaemon.StartAsync(context => context.Response.Body.WriteAsync(WithRemark()).AsTask());

        var run = await RoostRun.AtAsync(daemon, "backup", _folder["new.tar"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error.TrimEnd(), Is.EqualTo("roost: 1 shadows are damaged"));
        Assert.That(File.Exists(_folder["new.tar"]));
    }

    [Test]
    public async Task A_full_disk_behind_the_output_is_a_failure()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("""{"things":[]}""");
        using var error = new SharedText();
        await using var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { AutoFlush = true };
        using var terminal = new Terminal { Out = full, Error = error, OpenInput = () => Stream.Null, OpenOutput = () => Stream.Null, IsInteractive = false, Variable = _ => null, Folder = "/" };

        Assert.That(await RoostCommand.RunAsync(["shadow", "list", "--socket", daemon.Socket], terminal), Is.EqualTo(1));
        Assert.That(error.ToString(), Does.StartWith("roost: No space left on device"));
    }

    private static byte[] WithRemark()
    {
        var manifest = """{"parts":[{"name":"shadows","remark":"1 shadows are damaged"}]}"""u8.ToArray();
        using var whole = new MemoryStream();
        using (var tar = new TarWriter(whole, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Add(tar, "roost-backup.json", manifest);
            Add(tar, "SHA256SUMS", Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(manifest))}  roost-backup.json\n"));
        }

        return whole.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
