using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>From a stream through the whole of an export into a real store.</summary>
public sealed class S3ExportTests
{
    private TemporaryFolder _folder = null!;
    private ObjectStore _store = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _store = new ObjectStore(_folder["store"]);
        await _store.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Every_record_is_there_once_and_in_order_whatever_was_killed_and_stopped_meanwhile()
    {
        const int Rounds = 4, Each = 300;
        for (var round = 0; round < Rounds; round++)
        {
            await using var host = await StartRoostAsync();
            await host.AppendNumberedAsync("telemetry", round * Each, Each / 2);
            await Eventually.IsTrueAsync(() => host.Export("telemetry").AcknowledgedRecords > 0, "a first batch to arrive");
            await _store.KillAsync();
            await host.AppendNumberedAsync("telemetry", (round * Each) + (Each / 2), Each / 2);
            await _store.StartAsync();
        } // with batches under way

        await using (var host = await StartRoostAsync())
        {
            await Eventually.IsTrueAsync(() => host.Export("telemetry") is { LagRecords: 0 } && host.Catalog.Get(Some.Telemetry).NextOffset == Rounds * Each, "all to be exported");
        }

        var lines = (await _store.ReadLinesAsync()).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.That(lines.Select(line => line.GetProperty("offset").GetInt32()), Is.EqualTo(Enumerable.Range(0, Rounds * Each)));
        Assert.That(lines.Select(line => line.GetProperty("data").GetString()), Is.EqualTo(Enumerable.Range(0, Rounds * Each).Select(number => $"{number}")));
    }

    [Test]
    public async Task A_stream_that_was_deleted_and_made_again_does_not_overwrite_the_one_before()
    {
        await using (var host = await StartRoostAsync("{stream}/"))
        {
            await host.AppendNumberedAsync("telemetry", 0, 10);
            await Eventually.IsTrueAsync(() => host.Export("telemetry").AcknowledgedRecords == 10, "the first stream to be exported");
        }

        Directory.Delete(_folder["data/telemetry"], recursive: true);

        await using var again = await StartRoostAsync("{stream}/");
        await again.AppendNumberedAsync("telemetry", 100, 10);
        await Eventually.IsTrueAsync(() => again.Export("telemetry").AcknowledgedRecords == 10, "the second stream to be exported");

        var numbers = (await _store.ReadLinesAsync()).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("data").GetString());
        Assert.That(numbers, Is.EquivalentTo(Enumerable.Range(0, 10).Concat(Enumerable.Range(100, 10)).Select(number => $"{number}")));
    }

    private Task<StreamsHost> StartRoostAsync(string prefix = "{stream}/{date}/")
    {
        var options = new ExportOptions
        {
            Stream = "telemetry",
            To = ExportTarget.S3,
            S3 = new ExportS3Options { Prefix = prefix },
            Batch = new ExportBatchOptions { Records = 25, Linger = TimeSpan.FromMilliseconds(50) },
        };
        options.Retry.First = options.Retry.Max = TimeSpan.FromMilliseconds(20);
        return StreamsHost.StartAsync(
            _folder["data"],
            services => services.Configure<CloudS3Options>(store => (store.Endpoint, store.Bucket, store.AccessKeyId, store.SecretAccessKey) = (_store.Options.Endpoint, ObjectStore.Bucket, ObjectStore.Key, ObjectStore.Key)),
            streams => streams["telemetry"] = new StreamOptions(),
            null,
            options);
    }
}
