using Roost.Tests.Support;

namespace Roost.Streams.Tests.RealEnds;

/// <summary>A stream on its way to RabbitMQ. The server takes 5 to 15 s to start, and again after it is killed.</summary>
[Category("Slow")]
[Parallelizable]
public sealed class RabbitMqTests
{
    [Test]
    public async Task A_server_that_is_killed_while_data_flows_costs_no_record_and_no_order()
    {
        const int Count = 2000;
        const int Window = 100;
        const int Prefetch = 10; // what RabbitMQ gives a subscriber before it has acknowledged any
        RabbitMq.IgnoreWhereMissing();
        using var folder = new TemporaryFolder();
        await using var rabbit = new RabbitMq(folder["rabbit"]);
        await rabbit.StartAsync();
        await using var collector = await Collector.StartAsync(rabbit.MqttPort);
        await using var host = await StreamsHost.StartAsync(
            folder["data"],
            options => options["telemetry"] = new StreamOptions(),
            mqtt => (mqtt.Host, mqtt.Port, mqtt.Version, mqtt.ClientId, mqtt.ReconnectMax) = ("127.0.0.1", rabbit.MqttPort, "3.1.1", "site-17", TimeSpan.FromSeconds(1)),
            new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = Window });

        await host.AppendNumberedAsync("telemetry", 0, Count);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").AcknowledgedRecords > Count / 5, "records to flow");
        await rabbit.KillAsync();
        Assert.That(host.Export("telemetry").LagRecords, Is.Positive, "killed before all had arrived");
        await rabbit.StartAsync();

        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, () => $"the rest to be sent: {host.Export("telemetry")} {host.Uplink.Status}", TimeSpan.FromSeconds(60));
        await Eventually.IsTrueAsync(() => collector.Numbers.Distinct().Count() == Count, () => $"all to arrive: {collector.Numbers.Distinct().Count()}", TimeSpan.FromSeconds(60));
        Assert.That(collector.Numbers.Distinct(), Is.Ordered);
        Assert.That(collector.Numbers, Has.Count.LessThanOrEqualTo(Count + Window + Prefetch), "a window of ours, and what RabbitMQ hands on again by itself");
    }
}
