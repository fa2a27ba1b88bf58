using System.Diagnostics.Metrics;

namespace Roost.Gateway.Metrics;

/// <summary>One instrument with one set of labels. Measurements come from any thread.</summary>
internal abstract class MetricSeries(string labels)
{
    /// <summary><c>a="b",c="d"</c>, escaped; empty without labels.</summary>
    public string Labels { get; } = labels;

    public abstract void Record(double value);
}

/// <summary>A counter: the sum of what was measured, or for an observed one the sum that was last observed.</summary>
internal sealed class SumSeries(string labels, bool isObserved) : MetricSeries(labels)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public override void Record(double value)
    {
        if (isObserved)
        {
            Volatile.Write(ref _value, value);
            return;
        }

        double seen;
        do
        {
            seen = Volatile.Read(ref _value);
        }
        while (Interlocked.CompareExchange(ref _value, seen + value, seen) != seen);
    }
}

/// <summary>A histogram with fixed upper bounds, as Prometheus counts it: each bucket holds what is at most its bound.</summary>
internal sealed class HistogramSeries(string labels, double[] bounds) : MetricSeries(labels)
{
    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>Seconds from 0.1 ms to 10 s in steps of 1, 2.5, 5: the range of everything that Roost times.</summary>
    public static readonly double[] DefaultBounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public double[] Bounds { get; } = bounds;

    public override void Record(double value)
    {
        var bucket = Array.BinarySearch(Bounds, value);
        lock (_gate)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }
    }

    public (long[] Counts, double Sum) Snapshot()
    {
        lock (_gate)
        {
            return ([.. _counts], _sum);
        }
    }

    public static double[] BoundsOf(Instrument instrument) =>
        instrument is Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } ? [.. bounds]
        : instrument is Histogram<long> { Advice.HistogramBucketBoundaries: { Count: > 0 } whole } ? [.. whole.Select(bound => (double)bound)]
        : DefaultBounds;
}
