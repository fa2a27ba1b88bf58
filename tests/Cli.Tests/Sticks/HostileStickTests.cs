using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Roost.Cli.Sticks;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Sticks;

/// <summary>What may come in on a stick from a drawer, or from somebody.</summary>
public sealed class HostileStickTests
{
    private TemporaryFolder _folder = null!;
    private TestStick _stick = null!;

    private string Export => _folder["export"];

    [SetUp]
    public void Make()
    {
        _folder = new TemporaryFolder();
        _stick = new TestStick();
        File.WriteAllText(_folder["key.pem"], _stick.PublicKey);
    }

    [TearDown]
    public void Remove()
    {
        _stick.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_sound_one_is_shown_and_no_daemon_is_asked()
    {
        _stick.Sign(Export, TestStick.AddFile(Export, 0, 5), TestStick.AddFile(Export, 5, 9));

        var run = await RunAsync("--verify-only", "--key", "key.pem");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.Match($@"{_stick.Gateway}\s+far\s+2\s+9\s+0\s+9\s+{Export}"));
    }

    [Test]
    public async Task A_file_that_is_missing_cut_longer_or_changed_is_named_with_all_others()
    {
        var files = Enumerable.Range(0, 5).Select(number => TestStick.AddFile(Export, number * 5, (number * 5) + 5)).ToArray();
        _stick.Sign(Export, files);
        File.Delete(PathOf(files[0]));
        File.WriteAllBytes(PathOf(files[1]), File.ReadAllBytes(PathOf(files[1]))[..^1]);
        File.AppendAllText(PathOf(files[2]), "x");
        var changed = File.ReadAllBytes(PathOf(files[3]));
        changed[20] ^= 1;
        File.WriteAllBytes(PathOf(files[3]), changed);

        var run = await RunAsync("--verify-only", "--key", "key.pem");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("4 faults").And.Contain($"{PathOf(files[0])} is missing").And.Contain($"{PathOf(files[1])} has ").And.Contain("cut or changed")
            .And.Contain($"{PathOf(files[2])} has ").And.Contain($"{PathOf(files[3])} was changed or is damaged").And.Not.Contain(files[4].Name));
    }

    [Test]
    public async Task Only_who_is_trusted_is_believed()
    {
        using var other = new TestStick();
        _stick.Sign(Export, TestStick.AddFile(Export, 0, 5));
        File.WriteAllText(_folder["other.pem"], other.PublicKey);
        File.WriteAllText(_folder["both.pem"], other.PublicKey + "\n" + _stick.PublicKey);

        var (none, wrong, both, trusted) = (await RunAsync("--verify-only"), await RunAsync("--verify-only", "--key", "other.pem"), await RunAsync("--verify-only", "--key", "both.pem"), await RunAsync("--verify-only", "--trust"));

        Assert.That((none.ExitCode, wrong.ExitCode, both.ExitCode, trusted.ExitCode), Is.EqualTo((1, 1, 0, 0)));
        Assert.That(none.Error, Does.Contain($"gateway {_stick.Gateway}, whose key is not known here").And.Contain("roost stream export --public-key").And.Contain("--trust"));
    }

    [Test]
    public async Task A_manifest_that_was_changed_or_signed_by_somebody_else_is_refused_also_when_sticks_are_trusted()
    {
        using var other = new TestStick();
        var file = TestStick.AddFile(Export, 0, 5);
        _stick.Sign(Export, file);
        File.WriteAllText(Path.Combine(Export, "manifest.json"), File.ReadAllText(Path.Combine(Export, "manifest.json")).Replace("\"records\": 5", "\"records\": 4", StringComparison.Ordinal));
        var changed = await RunAsync("--verify-only", "--trust", "--key", "key.pem");
        other.SignRaw(Export, new StickManifest(_stick.Gateway, _stick.PublicKey, [file]).ToJson(DateTimeOffset.UnixEpoch));
        var forged = await RunAsync("--verify-only", "--trust");
        other.SignRaw(Export, new StickManifest(_stick.Gateway, other.PublicKey, [file]).ToJson(DateTimeOffset.UnixEpoch));
        var borrowed = await RunAsync("--verify-only", "--trust");

        Assert.That(changed.Error, Does.Contain($"is not what gateway {_stick.Gateway} signed"));
        Assert.That(forged.Error, Does.Contain($"is not what gateway {_stick.Gateway} signed"));
        Assert.That(borrowed.Error, Does.Contain($"does not hold the key of gateway {_stick.Gateway}"));
    }

    [TestCase("../../etc/passwd")]
    [TestCase("/etc/passwd")]
    [TestCase("..")]
    [TestCase("a/b.ndjson.gz")]
    [TestCase(".hidden.ndjson.gz")]
    [TestCase("x.ndjson.gz\n")]
    [TestCase("")]
    public async Task A_name_that_leads_elsewhere_is_none(string name)
    {
        _stick.Sign(Export, TestStick.AddFile(Export, 0, 5) with { Name = name });

        Assert.That((await RunAsync("--verify-only", "--trust")).Error, Does.Contain("a name, bounds or a checksum that no export has"));
    }

    [Test]
    public async Task Bounds_and_counts_that_cannot_be_are_refused()
    {
        var file = TestStick.AddFile(Export, 0, 5);
        foreach (var wrong in new[] { file with { Next = 0 }, file with { Records = 6 }, file with { Records = long.MaxValue }, file with { Sha256 = "x" }, file with { Id = "../x" }, file with { Stream = "a b" }, file with { Bytes = -1 }, file with { First = long.MinValue } })
        {
            _stick.Sign(Export, wrong);
            var run = await RunAsync("--verify-only", "--trust");
            Assert.That((run.ExitCode, run.Error), Is.EqualTo((1, run.Error)), $"{wrong}");
        }

        _stick.Sign(Export, file, file);
        Assert.That((await RunAsync("--verify-only", "--trust")).Error, Does.Contain("names a file twice"));
        _stick.Sign(Export, file with { Bytes = long.MaxValue });
        Assert.That((await RunAsync("--verify-only", "--trust")).Error, Does.Contain("cut or changed"));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[1]")]
    [TestCase("{\"format\":\"roost-export\",\"version\":1}")]
    [TestCase("{\"format\":\"roost-export\",\"version\":1,\"gateway\":1,\"publicKey\":[],\"files\":{}}")]
    [TestCase("{\"format\":\"roost-export\",\"version\":2,\"gateway\":\"\",\"publicKey\":\"\",\"files\":[]}")]
    public async Task What_is_no_manifest_is_none(string manifest)
    {
        _stick.SignRaw(Export, Encoding.UTF8.GetBytes(manifest));

        Assert.That((await RunAsync("--verify-only", "--trust")).Error, Does.Contain("manifest.json: it is no"));
    }

    [Test]
    public async Task JSON_without_end_or_bottom_is_not_read()
    {
        _stick.SignRaw(Export, Encoding.UTF8.GetBytes(new string('[', 1_000_000)));
        var deep = await RunAsync("--verify-only", "--trust");
        using (var file = new FileStream(Path.Combine(Export, "manifest.json"), FileMode.Open))
        {
            file.SetLength(1L << 30); // takes no space, and a gigabyte to read
        }

        var large = await RunAsync("--verify-only", "--trust");

        Assert.That(deep.Error, Does.Contain("it is no manifest"));
        Assert.That(large.Error, Does.Contain("has 1073741824 bytes, more than any export writes"));
    }

    [Test]
    public async Task A_link_a_pipe_and_a_folder_are_no_files()
    {
        var file = TestStick.AddFile(Export, 0, 5);
        _stick.Sign(Export, file);
        File.Move(PathOf(file), _folder["elsewhere"]);
        File.CreateSymbolicLink(PathOf(file), _folder["elsewhere"]);
        var link = await RunAsync("--verify-only", "--trust");
        File.Delete(PathOf(file));
        using (var mkfifo = Process.Start("mkfifo", PathOf(file)))
        {
            await mkfifo.WaitForExitAsync();
        }

        var pipe = await Eventually.CompletesAsync(RunAsync("--verify-only", "--trust"), "the command to notice the pipe");
        File.Delete(PathOf(file));
        Directory.CreateDirectory(PathOf(file));
        var folder = await RunAsync("--verify-only", "--trust");
        Directory.Delete(PathOf(file));
        File.Move(_folder["elsewhere"], PathOf(file));
        Directory.Move(Export, _folder["real"]);
        Directory.CreateDirectory(Export);
        Directory.CreateSymbolicLink(Path.Combine(Export, "linked"), _folder["real"]);
        var linked = await RunAsync("--verify-only", "--trust");

        Assert.That(new[] { link.Error, pipe.Error, folder.Error }, Is.All.Contains("is no regular file"));
        Assert.That(linked.Error, Does.Contain("there is no finished export"));
    }

    [Test]
    public async Task A_bomb_is_unpacked_no_further_than_its_manifest_says()
    {
        Directory.CreateDirectory(Export);
        var bomb = TestStick.AddFile(Export, "far.ndjson.gz", 0, 5, new byte[140 * 1024 * 1024]);
        _stick.Sign(Export, bomb with { PlainBytes = 100_000 });
        await using var daemon = await DaemonAsync();
        var lied = await RunAsync("--trust", "--socket", daemon.Socket);
        _stick.Sign(Export, bomb);
        var endless = await RunAsync("--trust", "--socket", daemon.Socket);

        Assert.That((lied.ExitCode, endless.ExitCode), Is.EqualTo((1, 1)));
        Assert.That(lied.Error, Does.Contain("unpacks to more than the 100000 bytes"));
        Assert.That(endless.Error, Does.Contain("has a line of more than"));
        Assert.That(daemon.Requests, Has.None.StartsWith("POST"));
    }

    [TestCase("no record at all\n")]
    [TestCase("{\"offset\":0}")]
    public async Task What_is_signed_and_no_record_is_not_sent(string line)
    {
        _stick.Sign(Export, TestStick.AddFile(Export, 0, 5, line.EndsWith('\n') ? string.Concat(Enumerable.Repeat(line, 100_000)) : line));
        await using var daemon = await DaemonAsync();

        var run = await RunAsync("--trust", "--socket", daemon.Socket);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("a line that is no record").Or.Contains("is not what its manifest says"));
        Assert.That(daemon.Requests, Has.None.StartsWith("POST"));
    }

    [Test]
    public async Task Several_exports_are_taken_in_the_order_of_their_offsets_and_what_is_there_is_not_sent()
    {
        _stick.Sign(Path.Combine(Export, "b-first"), TestStick.AddFile(Path.Combine(Export, "b-first"), 0, 5));
        _stick.Sign(Path.Combine(Export, "a-second"), TestStick.AddFile(Path.Combine(Export, "a-second"), 5, 9), TestStick.AddFile(Path.Combine(Export, "a-second"), 9, 12));
        await using var daemon = await DaemonAsync(next: "5");

        var run = await RunAsync("--trust", "--into", "all", "--socket", daemon.Socket);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(daemon.Requests.Select(request => request.Split(' ', 3)[..2]).Select(request => string.Join(' ', request)), Is.EqualTo(new[]
        {
            $"GET /api/v1/streams/all/import?gateway={_stick.Gateway}&stream=far&id=f00d",
            $"POST /api/v1/streams/all/import?gateway={_stick.Gateway}&stream=far&id=f00d&first=5&next=9",
            $"POST /api/v1/streams/all/import?gateway={_stick.Gateway}&stream=far&id=f00d&first=9&next=12",
        }));
        Assert.That(daemon.Requests.ElementAt(1), Does.EndWith(TestStick.Lines(5, 9).TrimEnd()));
    }

    [Test]
    public async Task Large_files_go_in_parts_of_whole_lines()
    {
        var lines = TestStick.Lines(0, 30_000);
        _stick.Sign(Export, TestStick.AddFile(Export, 0, 30_000, lines));
        await using var daemon = await DaemonAsync();

        var run = await RunAsync("--trust", "--socket", daemon.Socket);

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        var parts = daemon.Requests.Where(request => request.StartsWith("POST", StringComparison.Ordinal)).Select(request => request.Split(' ', 3)[2]).ToList();
        Assert.That(parts, Has.Count.GreaterThan(1).And.All.Length.LessThanOrEqualTo(1 << 20));
        Assert.That(string.Join('\n', parts), Is.EqualTo(lines.TrimEnd()));
    }

    private string PathOf(StickFile file) => Path.Combine(Export, file.Name);

    private static Task<FakeDaemon> DaemonAsync(string next = "null") => FakeDaemon.StartAsync(context =>
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(context.Request.Method == "GET" ? $$"""{"next":{{next}}}""" : """{"imported":1,"next":1}""");
    });

    private Task<RoostRun> RunAsync(params string[] arguments) => RoostRun.RunAsync(["stream", "import", Export, .. arguments], folder: _folder.Path);
}
