using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Roost.Gateway.Metrics;

/// <summary>Listens to every meter of Roost from the moment it is made, and keeps the current values.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private const string MeterPrefix = "roost.";
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();

    public MetricsCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, made => new MetricFamily(made)));
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(value, tags, state));
        _listener.Start();
    }

    /// <summary>Asks the observed instruments, and returns everything by name.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        foreach (var family in _families.Values)
        {
            family.ForgetObserved();
        }

        _listener.RecordObservableInstruments();
        return [.. _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)];
    }

    /// <summary>Drops the series of a meter whose label has another value than these: what they count is gone, and would be shown for ever.</summary>
    public void KeepOnly(string meter, string label, IReadOnlySet<string> values)
    {
        foreach (var (instrument, family) in _families)
        {
            if (instrument.Meter.Name == meter)
            {
                family.KeepOnly(label, values);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) => ((MetricFamily)state!).Record(value, tags);
}
