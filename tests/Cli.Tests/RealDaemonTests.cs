using System.Diagnostics;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.Cli.Tests;

/// <summary>Every command against the daemon as it is built, as a child process: the two agree on the API.</summary>
public sealed class RealDaemonTests
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
            streams: { telemetry: { full: drop-oldest } }
            """);
        var start = new ProcessStartInfo("dotnet", [Program(), "--config", _folder["roost.yaml"], "--data", _folder["data"]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var output = new SharedText();
        _daemon = Process.Start(start)!;
        _daemon.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
        _daemon.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
        _daemon.BeginOutputReadLine();
        _daemon.BeginErrorReadLine();
        await Eventually.IsTrueAsync(
            () => _daemon.HasExited || output.ToString().Contains("roost is ready", StringComparison.Ordinal), "roostd's ready line");
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
    public async Task Status_tells_version_and_listeners()
    {
        Assert.That((await DoneAsync("status")).Output, Does.Contain("version 0.").And.Contain("listens on"));
        using var json = JsonDocument.Parse((await DoneAsync("status", "--json")).Output);
        Assert.That(json.RootElement.GetProperty("health").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task A_checkout_finds_the_daemon_that_it_built()
    {
        var roost = Path.Combine(Path.GetDirectoryName(Program())!.Replace("/gateway/bin/", "/cli/bin/", StringComparison.Ordinal), "roost.dll");
        using var run = Process.Start(new ProcessStartInfo("dotnet", [roost, "restore", _folder["none.tar"], "--data", _folder["other"]]) { RedirectStandardError = true, UseShellExecute = false })!;

        var error = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.That((run.ExitCode, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("none.tar was not restored"));
        Assert.That(Directory.Exists(_folder["other"]), Is.False, "a name that was mistyped makes nothing");
    }

    [Test]
    public async Task A_backup_stays_until_force_replaces_it()
    {
        await DoneAsync("shadow", "update", "vac-kept", """{"state":{"reported":{"battery":81}}}""");
        await DoneAsync("backup", _folder["kept.tar"]);

        Assert.That((await RunAsync("backup", _folder["kept.tar"])).Error, Does.Contain("is there already; with --force"));
        Assert.That((await DoneAsync("backup", _folder["kept.tar"], "--force")).Error, Does.Contain("keep it where nobody else can read it").And.Not.Contain("already"));
    }

    [Test]
    public async Task What_happened_to_a_shadow_is_its_history_and_the_stream_of_all_shadows()
    {
        await DoneAsync("shadow", "update", "vac-past", """{"state":{"reported":{"battery":81}},"clientToken":"t-1"}""");
        await DoneAsync("shadow", "update", "vac-past", """{"state":{"reported":{"battery":80}}}""");

        Assert.That((await DoneAsync("shadow", "history", "vac-past")).Output, Does.Contain("reported.battery: 81 -> 80").And.Contain("(t-1)").And.Contain("created"));
        Assert.That((await DoneAsync("shadow", "history", "vac-past", "--json", "--limit", "1")).Output, Does.Contain("\"version\":2").And.Not.Contain("t-1"));
        Assert.That((await DoneAsync("stream", "tail", "$shadows", "--json")).Output, Does.Contain("\"key\":\"vac-past\""));
        Assert.That((await DoneAsync("stream", "list")).Output, Does.Contain("$shadows"));
        Assert.That((await DoneAsync("shadow", "check")).Output, Does.Contain("shadows healed, 0 damaged, 0 changes lost"));
    }

    [Test]
    public async Task Changes_are_watched_and_a_shadow_is_deleted()
    {
        await DoneAsync("shadow", "update", "gone", """{"state":{"reported":{"a":1}}}""");
        using var output = new SharedText();
        var watching = RoostRun.RunAsync(["shadow", "watch", "gone", "-n", "1", "--socket", _folder["data/run/roostd.sock"]], output: output);
        var version = 1;
        while (!watching.IsCompleted) // whether it watches already, it does not say: a change that it has seen ends it
        {
            await DoneAsync("shadow", "update", "gone", """{"state":{"reported":{"a":2}}}""");
            version++;
        }

        Assert.That((await watching).Output, Does.Match("""Z  gone  [0-9]+  \{"reported":\{"a":2\}\}"""));
        Assert.That((await RunAsync("shadow", "delete", "gone", "--version", "99999")).Error, Does.Contain("Version conflict"));
        Assert.That((await DoneAsync("shadow", "delete", "gone", "--version", $"{version}")).Output, Is.EqualTo($"shadow of gone deleted at version {version}\n"));
    }

    [Test]
    public async Task A_fleet_is_asked_and_changed_by_a_filter()
    {
        await DoneAsync("shadow", "update", "--things", "fleet-1,fleet-2", """{"state":{"reported":{"charge":7}}}""");
        await DoneAsync("shadow", "update", "fleet-2", """{"state":{"reported":{"charge":70}}}""");
        await DoneAsync("shadow", "update", "--where", "reported.charge<20 and thing like 'fleet-*'", """{"state":{"desired":{"task":"dock"}}}""");

        Assert.That((await DoneAsync("shadow", "list", "--where", "reported.charge exists", "--select", "delta.task")).Output, Does.Match("fleet-1 +2 .*dock\nfleet-2 +2 [^\n]*Z\n"));
        var wrong = await RunAsync("shadow", "list", "--where", "charge<20");
        Assert.That((wrong.ExitCode, wrong.Error), Is.EqualTo((1, "roost: list of shadows: where, character 1: 'charge' is no path: did you mean reported.charge? Paths begin with desired, reported, delta, thing, name, version or updated\n")));
    }

    [Test]
    public async Task A_shadow_is_updated_shown_and_listed()
    {
        await DoneAsync("shadow", "update", "vac-01", """{"state":{"desired":{"mode":"returning"},"reported":{"mode":"idle"}}}""");

        Assert.That((await DoneAsync("shadow", "get", "vac-01")).Output, Does.Match("mode +returning +idle +returning"));
        Assert.That((await DoneAsync("shadow", "list")).Output, Does.Contain("vac-01"));
    }

    [Test]
    public async Task Retained_messages_are_published_shown_and_cleared_and_no_client_is_there()
    {
        await DoneAsync("pub", "site/a b", "it's on", "--retain");

        Assert.That((await DoneAsync("retained", "show", "site/a b")).Output, Is.EqualTo("it's on\n"));
        Assert.That((await DoneAsync("retained", "list", "site/#")).Output, Does.Match("site/a b +7 +1 "));
        Assert.That((await DoneAsync("retained", "clear", "site/#")).Output, Is.EqualTo("1\n"));
        Assert.That((await DoneAsync("client", "list")).Output, Does.StartWith("CLIENT"));
        Assert.That((await RunAsync("client", "kick", "no/body")).Error, Is.EqualTo("roost: there is no client no/body, neither connected nor with a session that is kept\n"));
    }

    [Test]
    public async Task What_is_not_there_is_refused_in_the_daemons_words()
    {
        var shadow = await RunAsync("shadow", "get", "nobody");
        var function = await RunAsync("fn", "invoke", "nothing");
        var stream = await RunAsync("stream", "tail", "nowhere");

        Assert.That((shadow.ExitCode, shadow.Error), Is.EqualTo((1, "roost: shadow of nobody: No shadow exists with name: 'nobody'\n")));
        Assert.That(function.ExitCode, Is.EqualTo(1));
        Assert.That(function.Error, Does.StartWith("roost: invoke nothing: "));
        Assert.That(stream.ExitCode, Is.EqualTo(1));
        Assert.That(stream.Error, Does.Contain("nowhere"));
    }

    [Test]
    public async Task Records_are_appended_and_read_back()
    {
        var offset = (await DoneAsync("stream", "append", "telemetry", "hello", "--key", "k")).Output.Trim();

        Assert.That((await DoneAsync("stream", "tail", "telemetry", "--from", offset)).Output, Does.Match($"^{offset}  .*  k  hello\n$"));
        Assert.That((await DoneAsync("stream", "tail", "telemetry", "-f", "--from", offset, "-n", "1")).Output, Does.Contain("hello"));
        Assert.That((await DoneAsync("stream", "list")).Output, Does.Contain("telemetry"));
    }

    [Test]
    public async Task A_cursor_is_read_from_and_committed()
    {
        await DoneAsync("stream", "create", "queue", "--full", "reject");
        await DoneAsync("stream", "append", "queue", "a");
        await DoneAsync("stream", "append", "queue", "b");
        await DoneAsync("stream", "cursor", "create", "queue", "worker");

        Assert.That((await DoneAsync("stream", "read", "queue", "--cursor", "worker", "--commit", "--max", "1")).Output, Does.Match("^0  .*  a\n$"));
        Assert.That((await DoneAsync("stream", "read", "queue", "--cursor", "worker", "--commit")).Output, Does.Match("^1  .*  b\n$"));
        Assert.That((await DoneAsync("stream", "cursor", "list", "queue")).Output, Does.Match("worker +2 +0 "));
        Assert.That((await DoneAsync("stream", "show", "queue")).Output, Does.Match("cursor worker +at 2, 0 records behind"));
        Assert.That((await RunAsync("stream", "cursor", "commit", "queue", "worker", "1")).Error, Does.Contain("stands at 2"));
        Assert.That((await RunAsync("stream", "delete", "queue")).Error, Does.Contain("used by cursor worker"));
        await DoneAsync("stream", "cursor", "delete", "queue", "worker");
        await DoneAsync("stream", "delete", "queue");
    }

    [Test]
    public async Task A_stream_comes_changes_and_goes()
    {
        Assert.That((await DoneAsync("stream", "create", "made", "--max-bytes", "1MiB", "--full", "reject")).Output, Does.Match("kept +at most 1 MiB; what all consumers are done with goes\n"));
        Assert.That((await RunAsync("stream", "create", "made")).Error, Does.Contain("there already").And.Contain("roost stream update made"));
        Assert.That((await DoneAsync("stream", "update", "made", "--max-bytes", "none", "--max-age", "2h")).Output, Does.Match("kept +at most 2h; ").And.Match("when full +reject"));
        await DoneAsync("stream", "append", "made", "hello");
        Assert.That((await DoneAsync("stream", "show", "made")).Output, Does.Match("records +1, offsets 0 to 0"));
        Assert.That((await RunAsync("stream", "create", "bad", "--max-age", "soon")).Error, Is.EqualTo("roost: create bad: retention.age is \"soon\"; write a whole number with ms, s, m, h or d, like 30s, or none for no limit.\n"));
        Assert.That((await RunAsync("stream", "delete", "telemetry")).Error, Does.Contain("edit or remove streams.telemetry"));
        await DoneAsync("stream", "delete", "made");
        Assert.That((await RunAsync("stream", "show", "made")).Error, Does.Contain("No stream is named 'made'"));
    }

    [Test]
    public async Task A_retained_message_reaches_who_subscribes_later()
    {
        await DoneAsync("pub", "a b/ü", "{\"n\":1}", "--retain");

        Assert.That((await DoneAsync("sub", "+/ü", "-n", "1")).Output, Is.EqualTo("a b/ü {\"n\":1}\n"));
    }

    [Test]
    public async Task Functions_can_be_listed_where_there_are_none()
    {
        Assert.That((await DoneAsync("fn", "list")).Output, Does.StartWith("FUNCTION"));
    }

    [Test]
    public async Task Policies_are_made_attached_asked_and_deleted()
    {
        var file = _folder["reader.json"];
        await File.WriteAllTextAsync(file, """{ "Version": "2012-10-17", "Statement": { "Sid": "Read", "Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/to/${iot:Connection.Thing.ThingName}" } }""");
        using (var body = new StringContent("""{"name":"policy-robot"}""", System.Text.Encoding.UTF8, "application/json"))
        using (var daemon = new Roost.Cli.Daemon.DaemonClient(Roost.Cli.Daemon.DaemonAddress.Find(null, _folder["data/run/roostd.sock"], Terminal.OfProcess())))
        {
            (await daemon.SendAsync(HttpMethod.Post, "/api/v1/registry/things", body, "thing", default)).Dispose();
        }

        await DoneAsync("policy", "validate", file);
        await DoneAsync("policy", "create", "reader", file);
        await DoneAsync("policy", "attach", "reader", "policy-robot");
        var allowed = await DoneAsync("policy", "check", "policy-robot", "publish", "to/policy-robot");
        var refused = await RunAsync("policy", "check", "policy-robot", "publish", "to/another");
        var nobody = await RunAsync("policy", "attach", "reader", "nobody");
        var used = await RunAsync("policy", "delete", "reader");
        var shown = await DoneAsync("policy", "show", "reader");
        var attached = await DoneAsync("policy", "attached", "policy-robot");
        await DoneAsync("policy", "detach", "reader", "policy-robot");
        await DoneAsync("policy", "update", "reader", file);
        await DoneAsync("policy", "delete", "reader");

        Assert.That(allowed.Output, Does.StartWith("allowed").And.Contain("reader (of thing/policy-robot), statement 1 (Read), allows iot:Publish on topic/to/policy-robot"));
        Assert.That(refused.Output, Does.StartWith("not allowed").And.Contain("not on topic/to/another"));
        Assert.That(refused.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(nobody.Error, Does.Contain("no thing 'nobody'"));
        Assert.That(used.Error, Does.Contain("attached to thing/policy-robot"));
        Assert.That(shown.Output, Does.Contain("attached to thing/policy-robot").And.Contain("2012-10-17"));
        Assert.That(attached.Output, Does.Match("reader +1 "));
        Assert.That((await DoneAsync("policy", "show", "admin", "--document")).Output, Does.Contain("Everything"));
        Assert.That((await DoneAsync("policy", "list")).Output, Does.Match("thing-default +built in"));
    }

    [Test]
    public async Task A_policy_is_judged_where_no_daemon_runs()
    {
        await File.WriteAllTextAsync(_folder["wrong.json"], """{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "iot:Publsh", "Resource": "*" } }""");
        using var judge = Process.Start(new ProcessStartInfo("dotnet", [Program(), "--check-policy", _folder["wrong.json"]]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var answer = await judge.StandardOutput.ReadToEndAsync();
        await judge.WaitForExitAsync();

        using var json = JsonDocument.Parse(answer);
        Assert.That(judge.ExitCode, Is.EqualTo(1));
        Assert.That(json.RootElement.GetProperty("faults")[0].GetString(), Does.Contain("Did you mean iot:Publish?"));
    }

    internal static string Program()
    {
        // .../tests/Cli.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "gateway", "bin", output.Parent.Name, output.Name, "roostd.dll");
    }

    private Task<RoostRun> RunAsync(params string[] arguments) => RoostRun.RunAsync([.. arguments, "--socket", _folder["data/run/roostd.sock"]]);

    private async Task<RoostRun> DoneAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run;
    }
}
