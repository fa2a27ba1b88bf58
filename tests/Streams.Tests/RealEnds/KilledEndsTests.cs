using System.Globalization;
using System.Text;
using Roost.Streams.Tests.Export;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.RealEnds;

/// <summary>
/// kill -9 of the gateway's process, of the nats-server it exports to, or of both, at random moments, while records are appended all the
/// time. Then both ends are counted. <c>ROOST_TEST_KILLS=100</c> says how many kills; 10 otherwise.
/// </summary>
[Category("Slow")]
public sealed class KilledEndsTests
{
    private const int Window = 100;

    [Test]
    public async Task Every_acknowledged_record_is_at_the_other_end_in_order_whichever_end_is_killed()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("ROOST_TEST_KILLS") ?? "10", CultureInfo.InvariantCulture);
        var random = TestContext.CurrentContext.Random;
        using var folder = new TemporaryFolder();
        await using var server = new NatsServer(folder["cloud"]);
        await server.StartAsync();
        await Eventually.IsTrueAsync(server.TryKeepAllAsync, "nats-server to keep a session");
        var gateway = Start(folder["data"], server);
        long acknowledged = 0;
        var (gateways, servers) = (0, 0);
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                await Eventually.IsTrueAsync(() => Acknowledged(gateway) > acknowledged, "records to be appended after a start");
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 600)), TimeProvider.System);
                var which = random.Next(3); // 0: the gateway, 1: the server, 2: both
                if (which != 1)
                {
                    await gateway.KillAsync();
                    gateways++;
                }

                if (which != 0)
                {
                    await server.KillAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200)), TimeProvider.System);
                    await server.StartAsync();
                    servers++;
                }

                if (which != 1)
                {
                    acknowledged = Math.Max(acknowledged, Acknowledged(gateway));
                    await gateway.DisposeAsync();
                    gateway = Start(folder["data"], server);
                }
            }

            await Eventually.IsTrueAsync(() => Acknowledged(gateway) > acknowledged, "records to be appended after the last kill");
        }
        finally
        {
            acknowledged = Math.Max(acknowledged, Acknowledged(gateway));
            await gateway.DisposeAsync();
        }

        await DrainAsync(folder["data"], server.MqttPort);
        var numbers = (await server.StoredAsync()).Select(payload => int.Parse(Encoding.ASCII.GetString(payload), CultureInfo.InvariantCulture)).ToList();
        var distinct = numbers.Distinct().Count();
        await TestContext.Out.WriteLineAsync(
            $"{gateways} kills of the gateway and {servers} of nats-server: {acknowledged} records acknowledged, {distinct} stored at the other end, {numbers.Count - distinct} of them twice");
        Assert.That(distinct, Is.GreaterThanOrEqualTo(acknowledged));
        MqttExportTests.AssertOrderWithin(numbers, distinct, Window);
        Assert.That(numbers.Count - distinct, Is.LessThanOrEqualTo((gateways + servers) * Window));
    }

    private static RunningProcess Start(string folder, NatsServer server) => RunningProcess.Start(
        "dotnet", "exec", Path.Combine(TestContext.CurrentContext.TestDirectory, "Roost.Streams.Crash.dll"),
        "--folder", folder, "--count", "0", "--Cloud:Mqtt:Port", $"{server.MqttPort}", "--Cloud:Mqtt:Version", "3.1.1");

    private static long Acknowledged(RunningProcess gateway)
    {
        Assert.That(gateway.HasExited && gateway.Errors.Length > 0, Is.False, () => $"the gateway ended by itself: {gateway.Errors}");
        return gateway.Output.Reverse().Select(line => long.TryParse(line, CultureInfo.InvariantCulture, out var count) ? count : 0).FirstOrDefault();
    }

    /// <summary>Opens the same folder here, and waits until all is exported.</summary>
    private static async Task DrainAsync(string folder, int port)
    {
        await using var host = await StreamsHost.StartAsync(
            folder,
            options => options["telemetry"] = new StreamOptions(),
            mqtt => (mqtt.Host, mqtt.Port, mqtt.Version, mqtt.ClientId) = ("127.0.0.1", port, "3.1.1", "site-17"),
            new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = Window });
        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, () => $"the rest to be exported: {host.Export("telemetry")} {host.Uplink.Status}", TimeSpan.FromSeconds(60));
    }
}
