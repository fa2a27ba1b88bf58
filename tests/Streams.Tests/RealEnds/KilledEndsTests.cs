using System.Globalization;
using System.Text;
using System.Text.Json;
using Roost.Streams.Tests.Export;
using Roost.Streams.Tests.Export.S3;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.RealEnds;

/// <summary>Both ends are counted after <see cref="KilledEnds"/>.</summary>
[Category("Slow")]
[Parallelizable]
public sealed class KilledEndsTests
{
    private const int Window = 100;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Every_acknowledged_record_is_at_nats_server_in_order_whichever_end_is_killed()
    {
        await using var server = new NatsServer(_folder["cloud"]);
        await server.StartAsync();
        await Eventually.IsTrueAsync(server.TryKeepAllAsync, "nats-server to keep a session");
        var ends = new KilledEnds(server.KillAsync, server.StartAsync, "--Cloud:Mqtt:Port", $"{server.MqttPort}", "--Cloud:Mqtt:Version", "3.1.1");

        var acknowledged = await ends.RunAsync(_folder["data"]);

        var numbers = (await server.StoredAsync()).Select(payload => int.Parse(Encoding.ASCII.GetString(payload), CultureInfo.InvariantCulture)).ToList();
        var distinct = Say(ends, "nats-server", acknowledged, numbers);
        Assert.That(distinct, Is.GreaterThanOrEqualTo(acknowledged));
        MqttExportTests.AssertOrderWithin(numbers, distinct, Window);
        Assert.That(numbers.Count - distinct, Is.LessThanOrEqualTo((ends.GatewayKills + ends.ServerKills) * Window));
    }

    [Test]
    public async Task Every_acknowledged_record_is_in_one_object_of_the_store_and_in_no_other_whichever_end_is_killed()
    {
        await using var store = new ObjectStore(_folder["store"]);
        await store.StartAsync();
        var ends = new KilledEnds(
            store.KillAsync, store.StartAsync,
            "--Cloud:S3:Endpoint", store.Options.Endpoint!, "--Cloud:S3:Bucket", ObjectStore.Bucket, "--Cloud:S3:AccessKeyId", ObjectStore.Key, "--Cloud:S3:SecretAccessKey", ObjectStore.Key,
            "--Cloud:Exports:0:Stream", "telemetry", "--Cloud:Exports:0:To", "S3", "--Cloud:Exports:0:Batch:Records", "150", "--Cloud:Exports:0:Batch:Linger", "00:00:00.020",
            "--Cloud:Exports:0:Retry:First", "00:00:00.020", "--Cloud:Exports:0:Retry:Max", "00:00:00.200");

        var acknowledged = await ends.RunAsync(_folder["data"]);

        var numbers = (await store.ReadLinesAsync()).Select(Offset).ToList();
        var distinct = Say(ends, "s3rver", acknowledged, numbers);
        Assert.That(distinct, Is.GreaterThanOrEqualTo(acknowledged));
        Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, distinct)), "effectively once: objects that are sent again overwrite themselves");
    }

    private static int Say(KilledEnds ends, string server, long acknowledged, List<int> numbers)
    {
        var distinct = numbers.Distinct().Count();
        TestContext.Out.WriteLine(
            $"{ends.GatewayKills} kills of the gateway and {ends.ServerKills} of {server}: {acknowledged} records acknowledged, {distinct} at the other end, {numbers.Count - distinct} repetitions");
        return distinct;
    }

    private static int Offset(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("offset").GetInt32();
    }
}
