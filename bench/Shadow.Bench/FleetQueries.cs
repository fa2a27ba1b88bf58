using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Roost.Shadow.Bench;

/// <summary>Queries over a fleet, through HTTP on loopback, one after the other.</summary>
internal static class FleetQueries
{
    private const int AtOnce = 1000;

    private static readonly (string What, string Query)[] Questions =
    [
        ("0.1 % of all, by a number", "where=reported.battery<0.1&select=reported.battery"),
        ("none, by a number and a text", "where=reported.battery<10+and+reported.firmware=9.9.9"),
        ("none, by what nobody has", "where=reported.error+exists"),
        ("one, by its name", "where=thing=vac-00123"),
        ("all: the first 1,000", "where=reported.online=true&select=reported.battery&pageSize=1000"),
    ];

    public static async Task RunAsync(string folder, int things, int rounds)
    {
        var options = new ShadowOptions { Folder = Path.Combine(folder, Guid.NewGuid().ToString("N")) };
        await using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using (var first = await StartAsync(options, meters))
        {
            await FillAsync(first, things);
        }

        await using var service = await StartAsync(options, meters); // now everything is in the table
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(service).AddSingleton(TimeProvider.System).AddRoutingCore();
        await using var web = builder.Build();
        web.MapShadows();
        await web.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        Console.WriteLine("| question | p10 ms | p50 ms | p90 ms | ms of CPU |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (what, query) in Questions)
        {
            var (times, cpu) = await AskAsync(http, query, rounds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {what} | {times[rounds / 10].TotalMilliseconds:0.0} | {times[rounds / 2].TotalMilliseconds:0.0} | {times[rounds * 9 / 10].TotalMilliseconds:0.0} | {cpu.TotalMilliseconds:0.0} |"));
        }
    }

    private static async Task<ShadowService> StartAsync(ShadowOptions options, ServiceProvider meters)
    {
        var service = new ShadowService(
            new NoReaders(), Options.Create(options), TimeProvider.System, meters.GetRequiredService<IMeterFactory>(), NullLogger<ShadowService>.Instance);
        await service.StartAsync(CancellationToken.None);
        return service;
    }

    private static async Task FillAsync(ShadowService service, int things)
    {
        foreach (var part in Enumerable.Range(0, things).Chunk(AtOnce))
        {
            await Task.WhenAll(part.Select(async n =>
            {
                _ = ShadowId.TryCreate(string.Create(CultureInfo.InvariantCulture, $"vac-{n:D5}"), null, out var id, out _);
                var state = """{"state":{"desired":{"mode":"clean","schedule":{"days":["mon","tue"],"at":"09:00"}},"reported":{"mode":"clean","battery":BATTERY,"position":{"x":1.5,"y":22.25,"room":"kitchen"},"firmware":"1.2.3","wifi":{"ssid":"home","rssi":-61},"errors":[],"online":true}}}"""
                    .Replace("BATTERY", (n % 1000 / 10.0).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                if ((await service.UpdateAsync(id, Encoding.UTF8.GetBytes(state), ShadowOrigin.Mqtt("bench"))).Error is { } error)
                {
                    throw new InvalidOperationException(error.Message);
                }
            }));
        }
    }

    /// <returns>How long each took, in order, and the process's CPU time for one, this client included.</returns>
    private static async Task<(TimeSpan[] Times, TimeSpan Cpu)> AskAsync(HttpClient http, string query, int rounds)
    {
        var times = new List<TimeSpan>();
        var cpu = TimeSpan.Zero;
        for (var round = -rounds / 4; round < rounds; round++) // the first quarter again warms up
        {
            cpu = round == 0 ? Environment.CpuUsage.TotalTime : cpu;
            var began = TimeProvider.System.GetTimestamp();
            _ = await http.GetByteArrayAsync(new Uri($"/api/v1/things?{query}", UriKind.Relative));
            if (round >= 0)
            {
                times.Add(TimeProvider.System.GetElapsedTime(began));
            }
        }

        return ([.. times.Order()], (Environment.CpuUsage.TotalTime - cpu) / rounds);
    }
}
