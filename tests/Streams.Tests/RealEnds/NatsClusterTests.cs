using System.Globalization;
using System.Text;
using Roost.Streams.Tests.Export;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.RealEnds;

/// <summary>A stream on its way to three nodes of nats-server that replicate what they keep. It takes them some seconds to agree on who leads.</summary>
[Category("Slow")]
[Parallelizable]
public sealed class NatsClusterTests
{
    private const int Window = 100;

    private TemporaryFolder _folder = null!;
    private IReadOnlyList<NatsServer> _nodes = null!;

    [SetUp]
    public async Task StartCluster()
    {
        _folder = new TemporaryFolder();
        _nodes = NatsServer.Cluster(_folder["cluster"]);
        await Task.WhenAll(_nodes.Select(node => node.StartAsync()));
        await Eventually.IsTrueAsync(_nodes[2].TryKeepAllAsync, "the cluster to elect its leaders", TimeSpan.FromSeconds(60));
    }

    [TearDown]
    public async Task StopCluster()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public async Task A_node_that_is_killed_while_data_flows_costs_no_record_and_no_order()
    {
        const int Count = 3000;
        await using var front = new BadLink(_nodes[0].MqttPort);
        await using var host = await StreamsHost.StartAsync(
            _folder["data"],
            options => options["telemetry"] = new StreamOptions(),
            mqtt => (mqtt.Host, mqtt.Port, mqtt.Version, mqtt.ClientId, mqtt.ReconnectMax) = ("127.0.0.1", front.Port, "3.1.1", "site-17", TimeSpan.FromSeconds(1)),
            new ExportOptions { Stream = "telemetry", Topic = "cloud/telemetry", MaxInflight = Window });
        var appending = AppendAsync(host, Count);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").AcknowledgedRecords > Count / 5, "records to flow");

        await _nodes[0].KillAsync();
        front.Target = _nodes[1].MqttPort;
        await appending;
        await Eventually.IsTrueAsync(
            () => host.Export("telemetry").LagRecords == 0, () => $"the rest to arrive over another node: {host.Export("telemetry")} {host.Uplink.Status}", TimeSpan.FromSeconds(60));

        var numbers = (await _nodes[1].StoredAsync()).Select(payload => Some.NumberOf(payload)).ToList();
        MqttExportTests.AssertOrderWithin(numbers, Count, Window);
        Assert.That(numbers, Has.Count.LessThanOrEqualTo(Count + Window), "one connection ended, so one window may repeat");
    }

    /// <summary>In pieces, so that the node dies between some.</summary>
    private static async Task AppendAsync(StreamsHost host, int count)
    {
        for (var first = 0; first < count; first += 50)
        {
            await host.AppendNumberedAsync("telemetry", first, 50);
        }
    }
}
