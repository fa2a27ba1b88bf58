using System.Globalization;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.BadNetwork;

/// <summary>A gateway's process and mosquitto in namespaces of their own, with a line of 64 kbit/s between them, shaped by the kernel.</summary>
[Category("Slow")]
[Parallelizable]
public sealed class NarrowNetworkTests
{
    [Test]
    public async Task Records_that_take_longer_than_an_acknowledgement_may_arrive_over_64_kbit_per_second_on_one_connection()
    {
        using var folder = new TemporaryFolder();
        await using var network = await NarrowNetwork.CreateAsync("64kbit");
        await using var mosquitto = await StartMosquittoAsync(network, folder);
        await using var collector = network.StartFar("stdbuf", "-oL", "mosquitto_sub", "-h", NarrowNetwork.FarAddress, "-q", "1", "-t", "#", "-d");
        await collector.WaitForOutputAsync(line => line.Contains("Subscribed", StringComparison.Ordinal), "the subscription");

        // Each takes five seconds.
        await using var gateway = network.StartNear(
            "dotnet", "exec", Path.Combine(TestContext.CurrentContext.TestDirectory, "Roost.Streams.Crash.dll"), "--folder", folder["data"], "--count", "2", "--bytes", "40000",
            "--Cloud:Mqtt:Host", NarrowNetwork.FarAddress, "--Cloud:Mqtt:AcknowledgeTimeout", "00:00:02", "--Cloud:Mqtt:KeepAlive", "00:00:05");
        await gateway.WaitForOutputAsync(line => line == "exported", "all to be exported", TimeSpan.FromSeconds(60));

        await collector.WaitForOutputAsync(line => line.Length == 40_000 && line.EndsWith('1'), "the last record");
        Assert.That(collector.Output.Where(line => line.Length == 40_000).Select(line => int.Parse(line, CultureInfo.InvariantCulture)), Is.EqualTo(new[] { 0, 1 }));
    }

    private static async Task<RunningProcess> StartMosquittoAsync(NarrowNetwork network, TemporaryFolder folder)
    {
        await File.WriteAllTextAsync(folder["mosquitto.conf"], $"listener 1883 {NarrowNetwork.FarAddress}\nallow_anonymous true\nuser root\n");
        var mosquitto = network.StartFar("/usr/sbin/mosquitto", "-v", "-c", folder["mosquitto.conf"]);
        await Eventually.IsTrueAsync(() => mosquitto.Errors.Contains("running", StringComparison.Ordinal), () => $"mosquitto to run: {mosquitto.Errors}");
        return mosquitto;
    }
}
