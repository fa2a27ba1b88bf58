using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Roost.Shadow.Bench;

/// <summary>As many things as asked for, each sending its next update when the last was accepted.</summary>
internal static class ShadowLoad
{
    public static async Task<(double PerSecond, TimeSpan P50, TimeSpan P99, double MicrosecondsOfCpu, double BytesAllocated)> RunAsync(string folder, int things, TimeSpan window)
    {
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var service = new ShadowService(
            new NoReaders(),
            Options.Create(new ShadowOptions { Folder = Path.Combine(folder, Guid.NewGuid().ToString("N")) }),
            TimeProvider.System,
            meters.GetRequiredService<IMeterFactory>(),
            NullLogger<ShadowService>.Instance);
        await service.StartAsync(CancellationToken.None);

        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var began = TimeProvider.System.GetTimestamp();
        var runs = await Task.WhenAll(Enumerable.Range(0, things).Select(i => Task.Run(() => SendAsync(service, i, began, window))));
        var elapsed = TimeProvider.System.GetElapsedTime(began);
        var times = runs.SelectMany(run => run).Order().ToArray();
        return (
            times.Length / elapsed.TotalSeconds,
            times[times.Length / 2],
            times[times.Length * 99 / 100],
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / times.Length,
            (GC.GetTotalAllocatedBytes() - allocated) / (double)times.Length);
    }

    private static async Task<List<TimeSpan>> SendAsync(ShadowService service, int thing, long began, TimeSpan window)
    {
        if (!ShadowId.TryCreate($"thing-{thing}", null, out var id, out var fault))
        {
            throw new InvalidOperationException(fault);
        }

        var times = new List<TimeSpan>();
        for (var n = 0L; TimeProvider.System.GetElapsedTime(began) < window; n++)
        {
            var sent = TimeProvider.System.GetTimestamp();
            var answer = await service.UpdateAsync(id, Telemetry.Update(n), ShadowOrigin.Mqtt("bench"));
            if (answer.Error is { } error)
            {
                throw new InvalidOperationException(error.Message);
            }

            times.Add(TimeProvider.System.GetElapsedTime(sent));
        }

        return times;
    }
}
