using Microsoft.Extensions.DependencyInjection;
using Roost.Streams.Export.Targets;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export;

/// <summary>An export through several lives of the daemon, to a target that loses requests, loses answers, hangs and refuses.</summary>
public sealed class BatchExportLivesTests
{
    private const int Lives = 5;

    [TestCase(BacklogOrder.InOrder, 1)]
    [TestCase(BacklogOrder.InOrder, 2)]
    [TestCase(BacklogOrder.OldestFirst, 3)]
    [TestCase(BacklogOrder.NewestFirst, 4)]
    [TestCase(BacklogOrder.NewestFirst, 5)]
    public async Task Whatever_the_target_does_each_record_is_there_once_in_the_end(BacklogOrder order, int seed)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed);
        var target = new FakeTarget { Defaults = new BatchLimits(7, 1024 * 1024, TimeSpan.Zero, 3) };
        var appended = 0;
        for (var life = 0; life < Lives; life++)
        {
            target.Answer = async (batch, stop) =>
            {
                int dice;
                lock (random)
                {
                    dice = random.Next(10);
                }

                switch (dice)
                {
                    case 0:
                        return Delivery.Unreachable("The request was lost.");
                    case 1:
                        target.Objects[(batch.First, batch.Next)] = batch;
                        return Delivery.Unreachable("The answer was lost.");
                    case 2:
                        target.Objects[(batch.First, batch.Next)] = batch;
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop); // until the daemon stops, and after it has arrived
                        return Delivery.Accepted;
                    default:
                        return Delivery.Accepted;
                }
            };
            await using var host = await StartAsync(folder["data"], target, order);
            for (var round = 0; round < 4; round++)
            {
                var count = random.Next(1, 40);
                await host.AppendNumberedAsync("telemetry", appended, count);
                appended += count;
                await Task.Yield();
            }
        }

        target.Answer = (_, _) => ValueTask.FromResult(Delivery.Accepted);
        await using (var host = await StartAsync(folder["data"], target, order))
        {
            await Eventually.IsTrueAsync(() => host.Export("telemetry").LagRecords == 0, () => $"all to be exported: {host.Export("telemetry")}");
        }

        Assert.That(target.Numbers, Is.EqualTo(Enumerable.Range(0, appended)));
    }

    private static Task<StreamsHost> StartAsync(string folder, FakeTarget target, BacklogOrder order)
    {
        var options = new ExportOptions { Stream = "telemetry", To = ExportTarget.File, Backlog = order };
        options.Retry.First = options.Retry.Max = TimeSpan.FromMilliseconds(10);
        return StreamsHost.StartAsync(
            folder, services => services.AddSingleton<IExportTargetFactory>(target).AddSingleton(StreamsHost.Tuning with { DrainLimit = TimeSpan.FromMilliseconds(100) }), streams => streams["telemetry"] = new StreamOptions(), null, options);
    }
}
