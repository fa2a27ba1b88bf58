using System.Diagnostics.Metrics;

namespace Roost.Gateway.Disks;

/// <summary>The meter <c>roost.disk</c>. What is not known is not shown.</summary>
internal sealed class DiskMetrics
{
    public DiskMetrics(IMeterFactory meters, DiskWatch watch)
    {
        var meter = meters.Create("roost.disk");
        meter.CreateObservableCounter("roost.disk.written", () => Known(watch.Look().WrittenBytes), "By", "Bytes written to the disk of the data folder by everybody on the machine, since it started.");
        meter.CreateObservableCounter("roost.disk.flushes", () => Known(watch.Look().Disk?.FlushCount), "{flush}", "Times that this disk was told to make durable what it has, since the machine started.");
        meter.CreateObservableCounter("roost.disk.daemon.written", () => Known(watch.Look().DaemonBytes), "By", "Bytes that the kernel has written, or will, for the daemon.");
        meter.CreateObservableGauge("roost.disk.predicted", () => Predicted(watch.Look()), "By", "Bytes that are written in a day, by the last day or what there is of it.");
        meter.CreateObservableGauge("roost.disk.life", () => watch.Look().Life is { } life ? [new Measurement<double>(life.Days * 86_400)] : Array.Empty<Measurement<double>>(), "s", "How long a card bears that.");
        meter.CreateObservableGauge("roost.disk.used", () => watch.Look().Disk?.Health?.UsedPercent is { } used ? [new Measurement<double>(used / 100.0)] : Array.Empty<Measurement<double>>(), "1", "Part of its life that an eMMC says is used.");
    }

    private static IEnumerable<Measurement<long>> Known(long? value) => value is { } known ? [new(known)] : [];

    private static IEnumerable<Measurement<long>> Predicted(DiskReport report)
    {
        if (report.Machine is { } machine)
        {
            yield return new((long)machine.PerDay, new KeyValuePair<string, object?>("writer", "machine"));
        }

        if (report.Daemon is { } daemon)
        {
            yield return new((long)daemon.PerDay, new KeyValuePair<string, object?>("writer", "daemon"));
        }
    }
}
