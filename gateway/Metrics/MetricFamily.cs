using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Roost.Gateway.Metrics;

/// <summary>All series of one instrument, under the name that Prometheus shows.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    /// <summary>A room that labels by something unbounded must not fill the memory: more sets of labels than this are not kept.</summary>
    public const int MaxSeries = 1000;

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly MetricKind _kind = KindOf(instrument);
    private MetricSeries? _plain;

    public string Name { get; } = NameOf(instrument);

    public string Description { get; } = instrument.Description ?? "";

    public MetricKind Kind => _kind;

    public IEnumerable<MetricSeries> Series => _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            (_plain ??= _series.GetOrAdd("", Create)).Record(value); // per message in the rooms: no text is built
            return;
        }

        var labels = LabelsOf(tags);
        if (_series.TryGetValue(labels, out var series) || _series.Count < MaxSeries)
        {
            series ??= _series.GetOrAdd(labels, Create);
            series.Record(value);
        }
    }

    /// <summary>Forgets the values of an observed gauge, so that what is no longer observed is no longer shown.</summary>
    public void ForgetObserved()
    {
        if (instrument.IsObservable)
        {
            _series.Clear();
            _plain = null;
        }
    }

    /// <summary>Drops the series whose label has another value than these. Those without the label stay.</summary>
    public void KeepOnly(string label, IReadOnlySet<string> values)
    {
        var opening = $"{label}=\"";
        foreach (var labels in _series.Keys)
        {
            var at = labels.StartsWith(opening, StringComparison.Ordinal) ? 0 : labels.IndexOf($",{opening}", StringComparison.Ordinal);
            if (at >= 0)
            {
                var start = labels.IndexOf('"', at) + 1;
                if (!values.Contains(labels[start..labels.IndexOf('"', start)]))
                {
                    _series.TryRemove(labels, out _);
                }
            }
        }
    }

    private MetricSeries Create(string labels) => _kind == MetricKind.Histogram
        ? new HistogramSeries(labels, HistogramSeries.BoundsOf(instrument))
        : new SumSeries(labels, isObserved: instrument.IsObservable || IsGauge(instrument));

    private static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram
            : type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? MetricKind.Counter
            : MetricKind.Gauge;
    }

    private static bool IsGauge(Instrument instrument) => instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);

    /// <summary><c>roost.mqtt.fsync.duration</c> in <c>s</c> is <c>roost_mqtt_fsync_duration_seconds</c>; a counter ends in <c>_total</c>.</summary>
    private static string NameOf(Instrument instrument)
    {
        var name = new StringBuilder(instrument.Name.Length + 16);
        foreach (var letter in instrument.Name)
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "ms" => "_milliseconds", "1" => "_ratio", _ => "" };
        AppendOnce(name, unit);
        AppendOnce(name, KindOf(instrument) == MetricKind.Counter ? "_total" : "");
        return name.ToString();
    }

    private static void AppendOnce(StringBuilder name, string suffix)
    {
        if (suffix.Length > 0 && !name.ToString().EndsWith(suffix, StringComparison.Ordinal))
        {
            name.Append(suffix);
        }
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            labels.Append(labels.Length == 0 ? "" : ",");
            foreach (var letter in key)
            {
                labels.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
            }

            labels.Append("=\"").Append((value?.ToString() ?? "").Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }

        return labels.ToString();
    }
}

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
