using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests;

public sealed class MetricsTests
{
    [Test]
    public async Task A_log_counts_what_it_takes_writes_and_drops()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var sums = new Dictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => Enable(services, instrument, self) };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(sums, instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(sums, instrument, value, tags));
        listener.Start();

        var options = new AppendLogOptions { Retention = new LogRetention(Records: 80) };
        await using (var log = AppendLog.Open(folder["telemetry"], options, TimeProvider.System, NullLogger.Instance, services.GetRequiredService<StorageMetrics>()))
        {
            for (var record = 0; record < 100; record++)
            {
                await log.AppendAsync(default, default, new byte[10]);
            }
        }

        Assert.That(sums["roost.storage.log.appended"], Is.EqualTo(100));
        Assert.That(sums["roost.storage.log.appended.size"], Is.EqualTo(1000));
        Assert.That(sums["roost.storage.log.commits"], Is.EqualTo(100));
        Assert.That(sums["roost.storage.log.dropped"], Is.InRange(20, 30));
        Assert.That(sums["roost.storage.log.written"], Is.GreaterThan(4400));
        Assert.That(sums["roost.storage.log.sync.duration"], Is.GreaterThan(0));
    }

    private static void Enable(IServiceProvider services, Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == StorageMetrics.MeterName && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private static void Add(Dictionary<string, double> sums, Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Assert.That(tags.ToArray(), Has.Some.EqualTo(new KeyValuePair<string, object?>("roost.log", "telemetry")));
        lock (sums)
        {
            sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value;
        }
    }
}
