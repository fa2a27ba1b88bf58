using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Streams.Tests.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export;

/// <summary>Web servers and files behind the engine that forms the batches, over failures and restarts.</summary>
public sealed class BatchTargetTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task A_web_server_that_remembers_idempotency_keys_gets_each_record_once_whatever_happens()
    {
        await using var server = await WebServer.StartAsync();
        var taken = new Dictionary<string, byte[]>(StringComparer.Ordinal); // one request at a time
        var turn = 0;
        server.Answer = async context =>
        {
            var request = server.Requests.Last();
            switch (turn++ % 4)
            {
                case 0: // refused
                    context.Response.StatusCode = 503;
                    break;
                case 1: // taken, and the answer lost
                    taken.TryAdd(request.Headers["Idempotency-Key"], request.Body);
                    context.Abort();
                    break;
                default:
                    taken.TryAdd(request.Headers["Idempotency-Key"], request.Body);
                    await context.Response.WriteAsync("thank you");
                    break;
            }
        };
        var export = new ExportOptions
        {
            Stream = "telemetry", To = ExportTarget.Http, Http = new ExportHttpOptions { Url = $"{server.Url}" },
            Batch = new ExportBatchOptions { Records = 7, Linger = TimeSpan.FromMilliseconds(5) }, Retry = new ExportRetryOptions { First = TimeSpan.FromMilliseconds(10), Max = TimeSpan.FromMilliseconds(20) },
        };
        for (var run = 0; run < 3; run++)
        {
            await using var host = await StreamsHost.StartAsync(_folder["data"], options => options["telemetry"] = new StreamOptions(), null, export);
            await host.AppendNumberedAsync("telemetry", run * 40, 40);
            await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the export to come to the end");
        }

        var offsets = taken.Values.Select(Batches.OffsetsIn).OrderBy(batch => batch[0]).SelectMany(batch => batch);
        Assert.That(offsets, Is.EqualTo(Batches.Offsets(0, 120)));
        Assert.That(server.Requests.Count, Is.GreaterThan(taken.Count), "some came twice, and were told by their keys");
    }

    [Test]
    public async Task The_one_record_that_a_web_server_will_not_have_goes_to_dead_and_the_others_arrive()
    {
        await using var server = await WebServer.StartAsync();
        var arrived = new List<long>();
        server.Answer = context =>
        {
            var offsets = Batches.OffsetsIn(server.Requests.Last().Body);
            if (offsets.Contains(13))
            {
                context.Response.StatusCode = 422;
            }
            else
            {
                arrived.AddRange(offsets);
            }

            return Task.CompletedTask;
        };
        var export = new ExportOptions
        {
            Stream = "telemetry", To = ExportTarget.Http, Http = new ExportHttpOptions { Url = $"{server.Url}" }, Batch = new ExportBatchOptions { Records = 20, Linger = TimeSpan.FromMilliseconds(5) },
        };
        await using var host = await StreamsHost.StartAsync(_folder["data"], options => options["telemetry"] = new StreamOptions(), null, export);
        await host.AppendNumberedAsync("telemetry", 0, 30);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the export to come to the end");

        Assert.That(arrived.Distinct(), Is.EqualTo(Batches.Offsets(0, 30).Where(offset => offset != 13)));
        Assert.That(host.Export("telemetry").DeadRecords, Is.EqualTo(1));
        using var dead = host.Catalog.Get(StreamName.Parse("$dead")).OpenReader(0);
        Assert.That(dead.TryRead(10, 100_000, out var records), Is.True);
        Assert.That(records.Single().Headers.Select(header => header.Value), Has.Some.Contains("answered 422"));
    }

    [Test]
    public async Task Files_have_each_record_once_over_restarts()
    {
        Directory.CreateDirectory(_folder["files"]);
        var export = new ExportOptions
        {
            Stream = "telemetry", To = ExportTarget.File, File = new ExportFileOptions { Folder = _folder["files"], MaxAge = TimeSpan.FromSeconds(1) },
            Batch = new ExportBatchOptions { Records = 7, Linger = TimeSpan.FromMilliseconds(5) },
        };
        string id = "";
        for (var run = 0; run < 3; run++)
        {
            await using var host = await StreamsHost.StartAsync(_folder["data"], options => options["telemetry"] = new StreamOptions(), null, export);
            await host.AppendNumberedAsync("telemetry", run * 40, 40);
            await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, "the export to come to the end");
            using var description = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/api/v1/streams/telemetry", UriKind.Relative)));
            id = description.RootElement.GetProperty("id").GetString()!;
        }

        var files = Directory.GetFiles(_folder["files"]).Order(StringComparer.Ordinal).ToList();
        Assert.That(files.Select(file => Path.GetFileName(file)), Is.All.StartsWith($"telemetry-{id}-"));
        Assert.That(files.SelectMany(file => Batches.OffsetsIn(File.ReadAllBytes(file))), Is.EqualTo(Batches.Offsets(0, 120)));
    }
}
