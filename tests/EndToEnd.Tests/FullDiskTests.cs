using System.Net;
using System.Text;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>The data folder on a file system of a few megabytes that fills up: refused clearly, nothing acknowledged lost, well again once there is space.</summary>
public sealed class FullDiskTests
{
    [Test]
    public Task A_full_disk_is_refused_clearly_and_is_survived() => OnSmallDiskAsync(FillAndRecoverAsync);

    [TestCase(true)]
    [TestCase(false)]
    public Task A_daemon_starts_on_a_full_disk_and_shows_what_it_has(bool wasKilled) => OnSmallDiskAsync((folder, data) => StartOnFullDiskAsync(folder, data, wasKilled));

    private static async Task OnSmallDiskAsync(Func<TemporaryFolder, string, Task> test)
    {
        using var folder = new TemporaryFolder();
        var data = Directory.CreateDirectory(folder["data"]).FullName;
        await using (var mount = RunningProcess.Start("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", data))
        {
            if (await mount.WaitForExitAsync() != 0)
            {
                Assert.Ignore($"This machine does not let a test mount a tmpfs: {mount.Errors}");
            }
        }

        try
        {
            await test(folder, data);
        }
        finally
        {
            await RunningProcess.RunAsync("umount", "-l", data);
        }
    }

    private static async Task StartOnFullDiskAsync(TemporaryFolder folder, string data, bool wasKilled)
    {
        await using var roost = new RoostDaemon(folder.Path, "");
        await roost.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(roost.Url) };
        using var update = await http.PostAsync("/things/vac-1/shadow", new StringContent("""{"state":{"reported":{"battery":81}}}"""));
        Assert.That(update.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await (wasKilled ? roost.KillAsync() : roost.StopAsync());
        FillUp(Path.Combine(data, "ballast"));

        await roost.StartAsync();
        Assert.That(await http.GetStringAsync("/things/vac-1/shadow"), Does.Contain("81"));
        Assert.That(await http.GetStringAsync("/api/v1/status"), Does.Contain("disk"), "and says what is wrong");

        File.Delete(Path.Combine(data, "ballast"));
        await Eventually.IsTrueAsync(async () =>
        {
            using var next = await http.PostAsync("/things/vac-1/shadow", new StringContent("""{"state":{"reported":{"battery":80}}}"""));
            return next.StatusCode == HttpStatusCode.OK;
        }, "an update after there is space again");
    }

    private static async Task FillAndRecoverAsync(TemporaryFolder folder, string data)
    {
        await using var roost = new RoostDaemon(folder.Path, """
            streams:
              telemetry: { full: reject }
            """);
        await roost.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(roost.Url) };
        var acknowledged = await AppendUntilRefusedAsync(http);

        // The one who filled the disk goes away; the daemon needs no restart.
        var ballast = Path.Combine(data, "ballast");
        if (File.Exists(ballast))
        {
            File.Delete(ballast);
        }

        await Eventually.IsTrueAsync(async () => (await AppendAsync(http, "after")).StatusCode == HttpStatusCode.OK, "an append after there is space again");
        await roost.KillAsync();
        await roost.StartAsync();
        var kept = await http.GetStringAsync("/api/v1/streams/telemetry/records?from=0&max=1000");

        foreach (var record in acknowledged)
        {
            Assert.That(kept, Does.Contain(record), "an acknowledged record is kept");
        }

        async Task<List<string>> AppendUntilRefusedAsync(HttpClient client)
        {
            var taken = new List<string>();
            for (var number = 0; ; number++)
            {
                if (number == 20)
                {
                    FillUp(Path.Combine(data, "ballast"));
                }

                var record = $"record-{number:D6}-";
                using var response = await AppendAsync(client, record + new string('x', 64 * 1024));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    taken.Add(record);
                    continue;
                }

                Assert.That((int)response.StatusCode, Is.EqualTo(507), await response.Content.ReadAsStringAsync());
                Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("telemetry"));
                Assert.That(taken, Has.Count.GreaterThanOrEqualTo(20));
                return taken;
            }
        }
    }

    private static Task<HttpResponseMessage> AppendAsync(HttpClient http, string record) =>
        http.PostAsync("/api/v1/streams/telemetry/records", new StringContent(record, Encoding.UTF8, "text/plain"));

    private static void FillUp(string path)
    {
        using var file = File.Create(path, 1, FileOptions.WriteThrough);
        foreach (var size in (int[])[64 * 1024, 4096, 1]) // to the last byte
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // No space left: that is what was wanted.
            }
        }
    }
}
