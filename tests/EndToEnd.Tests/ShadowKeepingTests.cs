using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>Accepted means kept: through kill -9, a full disk, damaged files, and a backup that is put back.</summary>
public sealed class ShadowKeepingTests
{
    private const int Things = 6;

    private TemporaryFolder _folder = null!;
    private HttpClient _http = null!;
    private RoostDaemon _roost = null!;

    private string Data => _folder["data"];

    private string Shadows => Path.Combine(Data, "shadows");

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _roost = new RoostDaemon(_folder.Path, "");
        _http = new HttpClient { BaseAddress = new Uri(_roost.Url) };
    }

    [TearDown]
    public async Task TearDown()
    {
        _http.Dispose();
        await _roost.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Killed_while_it_is_updated_it_has_every_accepted_update_and_each_version_once_in_the_history()
    {
        var accepted = new ConcurrentDictionary<(int Thing, long Version), int>();
        for (var round = 0; round < 3; round++)
        {
            await _roost.StartAsync();
            var before = accepted.Count;
            var writers = Enumerable.Range(0, Things).Select(thing => WriteUntilDeadAsync(thing, round, accepted)).ToArray();
            await Eventually.IsTrueAsync(() => accepted.Count >= before + 150, "150 accepted updates");
            await _roost.KillAsync();
            await Task.WhenAll(writers);
        }

        await _roost.StartAsync();
        foreach (var thing in Enumerable.Range(0, Things))
        {
            var history = await HistoryAsync($"thing-{thing}");
            Assert.That(history.Select(change => change.Version), Is.EqualTo(Enumerable.Range(1, history.Count).Reverse()), "each version once, none left out");
            foreach (var ((_, version), value) in accepted.Where(update => update.Key.Thing == thing))
            {
                Assert.That(history[^(int)version].Value, Is.EqualTo(value), $"version {version} as it was accepted");
            }

            Assert.That((await GetAsync($"thing-{thing}")).Version, Is.EqualTo(history[0].Version));
        }

        Assert.That(await _roost.RoostAsync("shadow", "check"), Does.Contain("0 damaged, 0 changes lost"));
    }

    [Test]
    public async Task A_backup_of_a_busy_daemon_is_put_back_and_versions_go_on()
    {
        await _roost.StartAsync();
        await UpdateAsync("vac", 1);
        var busy = WriteUntilDeadAsync(0, 0, []);
        await _roost.RoostAsync("backup", _folder["b.tar"]);
        await _roost.RoostAsync("backup", _folder["b.tar"], "--force"); // in the place of the first
        await UpdateAsync("vac", 2);
        await UpdateAsync("late", 1);

        var running = await RestoreAsync("--force");
        Assert.That((running.Code, running.Text), Is.EqualTo((1, running.Text)));
        Assert.That(running.Text, Does.Contain("stop it first"));
        await _roost.StopAsync();
        await busy;
        Assert.That((await RestoreAsync()).Text, Does.Contain("--force"));
        Assert.That((await RestoreAsync("--force")).Code, Is.Zero);
        await _roost.StartAsync();

        Assert.That(await GetAsync("vac"), Is.EqualTo((3L, 1)));
        Assert.That((await _http.GetAsync("/things/late/shadow")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await _roost.RoostAsync("shadow", "history", "vac"), Does.Contain("roost restore").And.Contain("2 -> 1"));
        Assert.That(Directory.GetDirectories(Data, "shadows.replaced-*"), Has.Length.EqualTo(1));
        Assert.That(Directory.GetFiles(_folder.Path, "*.tmp"), Is.Empty);
    }

    [Test]
    public async Task A_restore_that_is_killed_leaves_all_as_it_was_or_all_as_in_the_backup()
    {
        await _roost.StartAsync();
        for (var thing = 0; thing < 200; thing++)
        {
            await UpdateAsync($"thing-{thing}", 1);
        }

        await _roost.RoostAsync("backup", _folder["b.tar"]);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(thing => UpdateAsync($"thing-{thing}", 2)));
        await _roost.StopAsync();
        foreach (var sign in new[] { "data/restore.tmp", "data/shadows.restored", "data/restore.json.tmp", "data/restore.json" })
        {
            await using var restore = RunningProcess.Start(Programs.Roostd, "--restore", _folder["b.tar"], "--data", Data, "--force");
            await Eventually.IsTrueAsync(() => restore.HasExited || Path.Exists(_folder[sign]), sign);
            await restore.KillAsync();
            await _roost.StartAsync();
            var values = new HashSet<int>();
            for (var thing = 0; thing < 200; thing++)
            {
                values.Add((await GetAsync($"thing-{thing}")).Value);
            }

            Assert.That(values, Has.Count.EqualTo(1), "all or nothing");
            Assert.That(Directory.Exists(_folder["data/restore.tmp"]) || Directory.Exists(_folder["data/shadows.restored"]) || File.Exists(_folder["data/restore.json"]), Is.False);
            await _roost.StopAsync();
        }
    }

    [Test]
    public async Task A_table_that_was_cut_off_is_told_in_a_line_and_comes_back_whole_from_backup_and_journal()
    {
        await _roost.StartAsync();
        await UpdateAsync("vac", 1);
        await _roost.RoostAsync("backup", _folder["b.tar"]);
        await UpdateAsync("vac", 2);
        await _roost.StopAsync();
        await using (var table = File.OpenWrite(Path.Combine(Shadows, "shadows.db")))
        {
            table.SetLength(5000);
        }

        Assert.That(await FailToStartAsync(), Does.Contain("roostd: Database").And.Contain("is damaged").And.Contain("restore it from a backup"));
        Assert.That((await RestoreAsync("--force", "--replay")).Code, Is.Zero);
        await _roost.StartAsync();
        Assert.That(await GetAsync("vac"), Is.EqualTo((2L, 2)));
    }

    [Test]
    public async Task A_journal_that_is_damaged_is_told_in_a_line_with_the_file()
    {
        await _roost.StartAsync();
        await UpdateAsync("vac", 1);
        await _roost.StopAsync();
        var segment = Directory.GetFiles(Path.Combine(Shadows, "journal"), "*.log").Single();
        await using (var file = File.OpenWrite(segment))
        {
            file.Write(new byte[100]);
        }

        Assert.That(await FailToStartAsync(), Does.Contain($"roostd: Segment {segment} is damaged").And.Contain("Restore"));
    }

    [Test]
    public async Task A_full_disk_refuses_updates_and_backups_and_loses_nothing_that_was_accepted()
    {
        await MountAsync("size=24m");
        try
        {
            await _roost.StartAsync();
            await UpdateAsync("vac", 1);
            var ballast = _folder["data/ballast"];
            Fill(ballast);
            var accepted = 1;
            HttpStatusCode status;
            do
            {
                using var answer = await PostAsync("vac", accepted + 1, new string('x', 6000));
                status = answer.StatusCode;
                accepted += status == HttpStatusCode.OK ? 1 : 0;
            }
            while (status == HttpStatusCode.OK);

            Assert.That(status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            using (var refused = await _http.GetAsync("/api/v1/backup"))
            {
                Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
                Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("as much room there as the data"));
            }

            Assert.That((await GetAsync("vac")).Value, Is.EqualTo(accepted));
            File.Delete(ballast);
            await Eventually.IsTrueAsync(
                async () =>
                {
                    using var answer = await PostAsync("vac", 77, "");
                    return answer.StatusCode == HttpStatusCode.OK;
                },
                "an update after there is room again");
            await _roost.KillAsync();
            await _roost.StartAsync();
            Assert.That((await GetAsync("vac")).Value, Is.EqualTo(77));
            Assert.That((await HistoryAsync("vac")).Select(change => change.Value).Where(value => value <= accepted), Is.EquivalentTo(Enumerable.Range(1, accepted)));
        }
        finally
        {
            await _roost.KillAsync();
            await RunningProcess.RunAsync("umount", "-l", Data);
        }
    }

    [Test]
    public async Task A_folder_that_cannot_be_written_is_told_in_a_line()
    {
        await MountAsync("size=24m");
        try
        {
            await _roost.StartAsync();
            await UpdateAsync("vac", 1);
            await _roost.StopAsync();
            await RunningProcess.RunAsync("mount", "-o", "remount,ro", Data);

            Assert.That(await FailToStartAsync(code: 1), Does.Contain("roostd: the data folder").And.Contain("Read-only"));
        }
        finally
        {
            await RunningProcess.RunAsync("umount", "-l", Data);
        }
    }

    private async Task MountAsync(string options)
    {
        Directory.CreateDirectory(Data);
        await using var mount = RunningProcess.Start("mount", "-t", "tmpfs", "-o", options, "tmpfs", Data);
        if (await mount.WaitForExitAsync() != 0)
        {
            Assert.Ignore($"This machine does not let a test mount a tmpfs: {mount.Errors}");
        }
    }

    private async Task WriteUntilDeadAsync(int thing, int round, ConcurrentDictionary<(int Thing, long Version), int> accepted)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                var value = (round * 1_000_000) + number;
                using var answer = await PostAsync($"thing-{thing}", value, "");
                using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    accepted[(thing, body.RootElement.GetProperty("version").GetInt64())] = value;
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException)
        {
            // The daemon is gone.
        }
    }

    private async Task UpdateAsync(string thing, int value)
    {
        using var answer = await PostAsync(thing, value, "");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PostAsync(string thing, int value, string padding) => _http.PostAsync(
        $"/things/{thing}/shadow", new StringContent("{\"state\":{\"reported\":{\"n\":" + value + ",\"p\":\"" + padding + "\"}}}", Encoding.UTF8, "application/json"));

    private async Task<(long Version, int Value)> GetAsync(string thing)
    {
        using var shadow = JsonDocument.Parse(await _http.GetStringAsync($"/things/{thing}/shadow"));
        return (shadow.RootElement.GetProperty("version").GetInt64(), shadow.RootElement.GetProperty("state").GetProperty("reported").GetProperty("n").GetInt32());
    }

    /// <summary>Newest first; the value that each change gave.</summary>
    private async Task<List<(long Version, int Value)>> HistoryAsync(string thing)
    {
        var all = new List<(long, int)>();
        for (var before = ""; ;)
        {
            using var page = JsonDocument.Parse(await _http.GetStringAsync($"/api/v1/things/{thing}/shadow/history?limit=100{before}"));
            all.AddRange(page.RootElement.GetProperty("history").EnumerateArray().Select(change => (
                change.GetProperty("version").GetInt64(),
                change.GetProperty("changes").EnumerateArray().Single(value => value.GetProperty("path")[1].GetString() == "n").GetProperty("new").GetInt32())));
            if (!page.RootElement.TryGetProperty("next", out var next))
            {
                return all;
            }

            before = $"&before={next.GetInt64()}";
        }
    }

    private async Task<(int Code, string Text)> RestoreAsync(params string[] more)
    {
        await using var roost = RunningProcess.Start(
            Programs.Roost, ["restore", _folder["b.tar"], "--data", Data, .. more],
            new Dictionary<string, string> { ["PATH"] = $"{Path.GetDirectoryName(Programs.Roostd)}:{Environment.GetEnvironmentVariable("PATH")}" });
        var code = await roost.WaitForExitAsync();
        return (code, string.Join('\n', roost.Output) + roost.Errors);
    }

    private async Task<string> FailToStartAsync(int code = 3)
    {
        await using var daemon = RunningProcess.Start(Programs.Roostd, "--config", _folder["roost.yaml"], "--data", Data);
        Assert.That(await daemon.WaitForExitAsync(), Is.EqualTo(code));
        return daemon.Errors;
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path, 1, FileOptions.WriteThrough);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // No space left: that is what was wanted.
        }
    }
}
