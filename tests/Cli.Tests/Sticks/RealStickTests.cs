using System.Diagnostics;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Sticks;

/// <summary>From a daemon as it is built onto a stick and back.</summary>
public sealed class RealStickTests
{
    private TemporaryFolder _folder = null!;
    private Process _daemon = null!;

    [OneTimeSetUp]
    public async Task StartTheDaemon()
    {
        _folder = new TemporaryFolder();
        await File.WriteAllTextAsync(_folder["roost.yaml"], $$"""
            mqtt: { listeners: [ { address: 127.0.0.1, port: {{FreePort.Next()}}, anonymous: true } ] }
            http: { listeners: [ { address: 127.0.0.1, port: {{FreePort.Next()}} } ] }
            streams: { telemetry: {}, bumps: {}, copy: {}, weekly: {}, archive: {} }
            """);
        using var output = new SharedText();
        _daemon = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(SourceTree.Root, "gateway", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "roostd.dll"), "--config", _folder["roost.yaml"], "--data", _folder["data"]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _daemon.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
        _daemon.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
        _daemon.BeginOutputReadLine();
        _daemon.BeginErrorReadLine();
        await Eventually.IsTrueAsync(() => _daemon.HasExited || output.ToString().Contains("roost is ready", StringComparison.Ordinal), "roostd's ready line");
        Assert.That(_daemon.HasExited, Is.False, output.ToString);
    }

    [OneTimeTearDown]
    public void StopTheDaemon()
    {
        _daemon.Kill();
        _daemon.WaitForExit();
        _daemon.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Records_go_onto_a_stick_and_come_back_each_once()
    {
        Directory.CreateDirectory(_folder["stick"]);
        await AppendAsync("telemetry", "one", "two", "thr\u00e9e");
        await AppendAsync("bumps", "{\"strength\":3}");
        await File.WriteAllTextAsync(_folder["key.pem"], (await DoneAsync("stream", "export", "--public-key")).Output);

        var exported = await DoneAsync("stream", "export", "telemetry", "bumps", "--to", "stick");
        Assert.That(exported.Output, Does.Match(@"telemetry\s+1\s+3\s+0\s+3\s+\d+").And.Match(@"bumps\s+1\s+1\s+0\s+1\s+\d+").And.Contain("complete and synced"));
        Assert.That(Directory.GetFileSystemEntries(_folder["stick"]), Has.Length.EqualTo(1));
        Assert.That(await OpensslAsync(Directory.GetDirectories(_folder["stick"]).Single()), Is.EqualTo("Verified OK"), "as the documentation has it");

        await DoneAsync("stream", "import", "stick", "--key", "key.pem", "--verify-only");
        Assert.That((await DoneAsync("stream", "import", "stick", "--key", "key.pem", "--into", "copy")).Output, Does.Match(@"telemetry\s+copy\s+1\s+3\s+3\s+0\s+0\s+3").And.Match(@"bumps\s+copy\s+1\s+1\s+1\s+0\s+0\s+1"));
        Assert.That((await DoneAsync("stream", "import", "stick", "--key", "key.pem", "--into", "copy")).Output, Does.Match(@"telemetry\s+copy\s+1\s+3\s+0\s+3").And.Match(@"bumps\s+copy\s+1\s+1\s+0\s+1"));

        Assert.That(await DataOfAsync("copy"), Is.EquivalentTo(new[] { "one", "two", "thr\u00e9e", "{\"strength\":3}" }));
    }

    [Test]
    public async Task Since_the_last_time_only_what_is_new_goes_and_a_stick_that_was_left_out_is_missed()
    {
        foreach (var name in new[] { "monday", "tuesday", "wednesday" })
        {
            Directory.CreateDirectory(_folder[name]);
        }

        await AppendAsync("weekly", "a", "b");
        Assert.That((await DoneAsync("stream", "export", "weekly", "--to", "monday", "--since-last")).Output, Does.Match(@"weekly\s+1\s+2\s+0\s+2"));
        await AppendAsync("weekly", "c");
        Assert.That((await DoneAsync("stream", "export", "weekly", "--to", "tuesday", "--since-last")).Output, Does.Match(@"weekly\s+1\s+1\s+2\s+3"));
        await AppendAsync("weekly", "d");
        Assert.That((await DoneAsync("stream", "export", "weekly", "--to", "wednesday", "--since-last")).Output, Does.Match(@"weekly\s+1\s+1\s+3\s+4"));
        Assert.That((await DoneAsync("stream", "export", "weekly", "--to", "wednesday", "--since-last")).Output, Does.Contain("nothing to export"));

        await DoneAsync("stream", "import", "monday", "--trust", "--into", "archive");
        var missing = await RunAsync("stream", "import", "wednesday", "--trust", "--into", "archive");
        Assert.That((missing.ExitCode, missing.Error), Is.EqualTo((1, missing.Error)));
        Assert.That(missing.Error, Does.Contain("Records 2 to 2 of stream 'weekly'").And.Contain("--allow-gaps"));
        await DoneAsync("stream", "import", "tuesday", "--trust", "--into", "archive");
        await DoneAsync("stream", "import", "wednesday", "--trust", "--into", "archive");
        await DoneAsync("stream", "import", "monday", "--trust", "--into", "archive");

        Assert.That(await DataOfAsync("archive"), Is.EqualTo(new[] { "a", "b", "c", "d" }));
    }

    [Test]
    public async Task A_range_may_be_named_by_offsets()
    {
        Directory.CreateDirectory(_folder["range"]);
        await DoneAsync("stream", "create", "ranged");
        await AppendAsync("ranged", "0", "1", "2", "3");

        Assert.That((await DoneAsync("stream", "export", "ranged", "--to", "range", "--from", "1", "--until", "3")).Output, Does.Match(@"ranged\s+1\s+2\s+1\s+3"));
    }

    [Test]
    public async Task What_makes_no_sense_or_cannot_be_is_told()
    {
        Assert.That((await RunAsync("stream", "export", "telemetry")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("stream", "export", "--to", "stick")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("stream", "export", "--public-key", "telemetry")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("stream", "export", "telemetry", "--to", "x", "--since-last", "--from", "3")).ExitCode, Is.EqualTo(2));
        Assert.That((await RunAsync("stream", "export", "telemetry", "--to", "not-there")).Error, Does.Contain("the folder is not there; make it, or mount what it is on"));
        Assert.That((await RunAsync("stream", "import", "not-there")).Error, Does.Contain("the folder is not there"));
        Directory.CreateDirectory(_folder["empty"]);
        Assert.That((await RunAsync("stream", "export", "telemetri", "--to", "empty")).Error, Does.Contain("telemetri"));
        Assert.That(Directory.GetFileSystemEntries(_folder["empty"]), Is.Empty, "nothing is left of an export that failed");
        Assert.That((await RunAsync("stream", "import", "empty", "--trust")).Error, Does.Contain("there is no finished export"));
    }

    private async Task AppendAsync(string stream, params string[] data)
    {
        foreach (var text in data)
        {
            await DoneAsync("stream", "append", stream, text);
        }
    }

    private async Task<List<string>> DataOfAsync(string stream) =>
        [.. (await DoneAsync("stream", "tail", stream, "--from", "oldest", "--json")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("data").GetString()!)];

    private async Task<string> OpensslAsync(string export)
    {
        using var openssl = Process.Start(new ProcessStartInfo("openssl", ["dgst", "-sha256", "-verify", _folder["key.pem"], "-signature", "manifest.sig", "manifest.json"])
        {
            UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = export,
        })!;
        var said = await openssl.StandardOutput.ReadToEndAsync();
        await openssl.WaitForExitAsync();
        return said.Trim();
    }

    private async Task<RoostRun> DoneAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.That(run.ExitCode, Is.Zero, $"roost {string.Join(' ', arguments)}: {run.Error}");
        return run;
    }

    private Task<RoostRun> RunAsync(params string[] arguments) => RoostRun.RunAsync([.. arguments, "--socket", Path.Combine(_folder["data"], "run", "roostd.sock")], folder: _folder.Path);
}
