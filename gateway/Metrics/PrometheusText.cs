using System.Globalization;
using System.Text;

namespace Roost.Gateway.Metrics;

/// <summary>Prometheus's text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Render(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(16 * 1024);

        // Two meters may give one name (a room's parts); the format wants each name described once.
        foreach (var family in families.GroupBy(family => family.Name, StringComparer.Ordinal))
        {
            var (first, series) = (family.First(), family.SelectMany(member => member.Series).ToList());
            if (series.Count == 0)
            {
                continue;
            }

            Describe(text, first.Name, first.Description, KindName(first.Kind));
            foreach (var one in series)
            {
                AppendSeries(text, first.Name, one);
            }
        }

        return text.ToString();
    }

    public static void AppendGauge(StringBuilder text, string name, string description, double value, bool isCounter = false)
    {
        Describe(text, name, description, isCounter ? "counter" : "gauge");
        AppendSample(text, name, "", value);
    }

    private static void Describe(StringBuilder text, string name, string description, string kind)
    {
        if (description.Length > 0)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", "\\\\").Replace("\n", "\\n")).Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
    }

    private static void AppendSeries(StringBuilder text, string name, MetricSeries series)
    {
        if (series is not HistogramSeries histogram)
        {
            AppendSample(text, name, series.Labels, ((SumSeries)series).Value);
            return;
        }

        var (counts, sum) = histogram.Snapshot();
        var comma = series.Labels.Length == 0 ? "" : ",";
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = i < histogram.Bounds.Length ? Number(histogram.Bounds[i]) : "+Inf";
            AppendSample(text, $"{name}_bucket", $"{series.Labels}{comma}le=\"{bound}\"", total);
        }

        AppendSample(text, $"{name}_sum", series.Labels, sum);
        AppendSample(text, $"{name}_count", series.Labels, total);
    }

    private static void AppendSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string KindName(MetricKind kind) => kind switch { MetricKind.Counter => "counter", MetricKind.Histogram => "histogram", _ => "gauge" };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
