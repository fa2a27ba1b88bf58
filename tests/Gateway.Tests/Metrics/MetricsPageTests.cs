using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Gateway.Configuration;
using Roost.Gateway.Metrics;
using Roost.Gateway.Rooms;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Metrics;

/// <summary>The page that lists all metrics has those of the code, each with its kind, and no other.</summary>
public sealed partial class MetricsPageTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "metrics.md"));

    [Test]
    public async Task The_page_lists_what_there_is()
    {
        var known = await KnownAsync();
        var listed = Row().Matches(_page).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);

        Assert.That(listed.Select(pair => $"{pair.Key} {pair.Value}").Order(), Is.EqualTo(known.Select(pair => $"{pair.Key} {pair.Value}").Order()));
    }

    [Test]
    public async Task No_name_says_its_unit_twice()
    {
        foreach (var name in (await KnownAsync()).Keys)
        {
            foreach (var unit in new[] { "bytes", "seconds", "total" })
            {
                Assert.That(name.Split('_').Count(part => part == unit), Is.LessThan(2), name);
            }
        }
    }

    /// <summary>Every instrument of a daemon with all its rooms, as Prometheus has them.</summary>
    private static async Task<Dictionary<string, string>> KnownAsync()
    {
        using var folder = new TemporaryFolder();
        var configuration = RoostConfiguration.Load(new CommandLine { DataFolder = folder["data"] }, new Hashtable { ["ROOST__MQTT__LISTENERS"] = "[]" }, out var faults);
        Assert.That(faults, Is.Empty);
        var families = new ConcurrentQueue<MetricFamily>();
        using var listener = new MeterListener();
        IMeterFactory? factory = null;
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (factory is not null && instrument.Meter.Scope == factory) // other tests have daemons of their own
            {
                families.Enqueue(new MetricFamily(instrument));
            }
        };
        using var host = new HostBuilder().ConfigureServices(services => RoomServices.AddRooms(services, configuration)).Build();
        factory = host.Services.GetRequiredService<IMeterFactory>();
        listener.Start();
        await host.StartAsync();
        await host.StopAsync();
        var known = families.DistinctBy(family => family.Name).ToDictionary(family => family.Name, family => family.Kind.ToString().ToLowerInvariant());
        var text = new StringBuilder();
        ProcessMetrics.Append(text);
        foreach (Match type in Type().Matches(text.ToString()))
        {
            known.Add(type.Groups[1].Value, type.Groups[2].Value);
        }

        return known;
    }

    [GeneratedRegex(@"(?m)^\| `([a-z0-9_]+)` \| ([a-z]+) \|", RegexOptions.None, 10_000)]
    private static partial Regex Row();

    [GeneratedRegex("(?m)^# TYPE ([a-z0-9_]+) ([a-z]+)$", RegexOptions.None, 10_000)]
    private static partial Regex Type();
}
