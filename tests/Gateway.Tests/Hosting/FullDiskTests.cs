using System.Net;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Hosting;

public sealed class FullDiskTests
{
    [Test]
    public async Task A_full_disk_is_refused_clearly_and_survived()
    {
        Assume.That(Environment.UserName, Is.EqualTo("root"), "only root can mount a small file system");
        using var folder = new TemporaryFolder();
        var disk = folder["disk"];
        Directory.CreateDirectory(disk);
        Assume.That((await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk)).ExitCode, Is.Zero);
        try
        {
            await File.WriteAllTextAsync(folder["roost.yaml"], "log: { keep-files: 0 }\nstreams: { t: }\nroutes: [ { from: t, to: { stream: t } } ]");
            await using var daemon = await DaemonProcess.StartAsync(Path.Combine(disk, "data"), folder["roost.yaml"]);
            await Mosquitto.PublishAsync(daemon.MqttPort, "t", "before");
            await Shell.RunAsync("dd", "if=/dev/zero", $"of={disk}/filling", "bs=4k");

            using var refused = await PublishUntilRefusedAsync(daemon);
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("no space"));
            Assert.That(await daemon.Http.GetStringAsync("/healthz"), Does.StartWith("""{"status":"degraded",""").And.Contain("""disk":{"state":"degraded"""));

            Assert.That(await daemon.Http.GetStringAsync("/api/v1/doctor"), Does.Match("stream space[^}]*0 MiB of the disk are free, of which streams leave 0 MiB").And.Contain("make room on the disk"), "no word of a limit that is not short");

            File.Delete(Path.Combine(disk, "filling"));
            await Eventually.IsTrueAsync(async () => (await daemon.Http.PostAsync("/topics/t?qos=1", new StringContent("after"))).IsSuccessStatusCode, "an acknowledged message after space came back");
            daemon.Signal(DaemonProcess.SigTerm);
            Assert.That(await daemon.ExitAsync(), Is.Zero);
        }
        finally
        {
            await Shell.RunAsync("umount", "-l", disk);
        }
    }

    /// <summary>A log has some space of its own in advance; what fits into that is rightly acknowledged.</summary>
    private static async Task<HttpResponseMessage> PublishUntilRefusedAsync(DaemonProcess daemon)
    {
        const int More = 100; // of 60 kB each: more than the whole disk
        for (var i = 0; ; i++)
        {
            var response = await daemon.Http.PostAsync("/topics/t?qos=1", new ByteArrayContent(new byte[60_000]));
            if (!response.IsSuccessStatusCode || i == More)
            {
                return response;
            }

            response.Dispose();
        }
    }
}
