using System.Text.Json;
using Roost.Gateway.Configuration;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Disks;

internal sealed class DiskEndpointTests
{
    [Test]
    public async Task The_daemon_tells_what_it_writes_and_that_it_does_not_know_yet_what_a_day_comes_to()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await DaemonProcess.StartAsync(folder["data"]);

        using var disk = JsonDocument.Parse(await daemon.Http.GetStringAsync("/api/v1/disk"));

        Assert.That(disk.RootElement.GetProperty("bytesPerDay").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(disk.RootElement.GetProperty("life").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(disk.RootElement.GetProperty("handedBytes").GetInt64(), Is.Positive);
        var uses = disk.RootElement.GetProperty("uses").EnumerateArray().Select(use => $"{use.GetProperty("kind").GetString()} {use.GetProperty("name").GetString()}").ToList();
        Assert.That(uses, Is.SupersetOf(["log mqtt", "database identity", "database functions", "database shadows"]), "every room hands the counters on");
        Assert.That(await daemon.Http.GetStringAsync("/api/v1/status"), Does.Contain("\"disk\":{\"device\":"));
        Assert.That(await daemon.Http.GetStringAsync("/api/v1/doctor"), Does.Contain("\"disk writes\""));
        Assert.That(await daemon.Http.GetStringAsync("/metrics"), Does.Contain("roost_storage_log_syncs_total{").And.Contain("roost_storage_sqlite_written_bytes_total{roost_database=\"identity\"}"));
    }

    [TestCase("endurance: 5", "sd-card.endurance", "use 1GB or more")]
    [TestCase("warn-per-day: 10kB", "sd-card.warn-per-day", "use 1MB or more")]
    public void Bounds_are_told_with_their_key(string yaml, string key, string remedy)
    {
        using var folder = new TemporaryFolder();
        var file = folder["roost.yaml"];
        File.WriteAllText(file, $"sd-card:\n  {yaml}\n");

        RoostConfiguration.Load(new CommandLine { ConfigurationFile = file }, new Dictionary<string, string>(), out var faults);

        Assert.That(faults.Single().ToString(), Does.Contain($"{file}:2: {key}").And.Contain(remedy));
    }
}
