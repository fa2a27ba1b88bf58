using System.Diagnostics.Metrics;
using Roost.Gateway.Metrics;

namespace Roost.Gateway.Tests.Metrics;

public sealed class MetricsTests
{
    private readonly string _room = $"roost.test{Guid.NewGuid():N}";
    private MetricsCollector _collector = null!;
    private Meter _meter = null!;

    [SetUp]
    public void Listen() => (_collector, _meter) = (new MetricsCollector(), new Meter(_room));

    [TearDown]
    public void Stop()
    {
        _meter.Dispose();
        _collector.Dispose();
    }

    [Test]
    public void A_counter_adds_up_and_ends_in_total()
    {
        var counter = _meter.CreateCounter<long>("t.messages", "{message}", "What came.");
        counter.Add(2);
        counter.Add(3);

        Assert.That(Rendered("t_messages_total"), Is.EqualTo(new[] { "# HELP t_messages_total What came.", "# TYPE t_messages_total counter", "t_messages_total 5" }));
    }

    [Test]
    public void Units_end_the_name_once()
    {
        _meter.CreateObservableGauge("t.size", () => 7L, "By");
        _meter.CreateObservableGauge("t.disk.bytes", () => 8L, "By");

        Assert.That(Rendered("t_size"), Has.Member("t_size_bytes 7"));
        Assert.That(Rendered("t_disk"), Has.Member("t_disk_bytes 8"));
    }

    [Test]
    public void Labels_are_escaped()
    {
        _meter.CreateCounter<int>("t.labels").Add(1, new KeyValuePair<string, object?>("a.b", "x\"y\\z\n"));

        Assert.That(Rendered("t_labels"), Has.Member("t_labels_total{a_b=\"x\\\"y\\\\z\\n\"} 1"));
    }

    [Test]
    public void A_histogram_counts_what_is_at_most_each_bound()
    {
        var histogram = _meter.CreateHistogram("t.wait", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.1);
        histogram.Record(0.5);
        histogram.Record(5);

        Assert.That(Rendered("t_wait").Skip(1), Is.EqualTo(new[]
        {
            "t_wait_seconds_bucket{le=\"0.1\"} 1",
            "t_wait_seconds_bucket{le=\"1\"} 2",
            "t_wait_seconds_bucket{le=\"+Inf\"} 3",
            "t_wait_seconds_sum 5.6",
            "t_wait_seconds_count 3",
        }));
    }

    [Test]
    public void What_is_no_longer_observed_is_no_longer_shown()
    {
        var seen = new List<Measurement<int>> { new(1, new KeyValuePair<string, object?>("client", "a")) };
        _meter.CreateObservableGauge("t.clients", () => seen);
        Assert.That(Rendered("t_clients"), Has.Member("t_clients{client=\"a\"} 1"));

        seen.Clear();

        Assert.That(Rendered("t_clients"), Is.Empty);
    }

    [Test]
    public void Labels_without_bound_do_not_fill_the_memory()
    {
        var counter = _meter.CreateCounter<int>("t.topics");
        for (var i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("topic", i));
        }

        Assert.That(Rendered("t_topics"), Has.Length.LessThanOrEqualTo(MetricFamily.MaxSeries + 2));
    }

    [Test]
    public void What_counts_something_that_is_gone_is_no_longer_shown()
    {
        var calls = _meter.CreateCounter<int>("t.calls");
        calls.Add(1, new("function", "gone"), new("kind", "a"));
        calls.Add(1, new("kind", "a"), new("function", "gone"));
        calls.Add(1, new("kind", "a"), new("function", "here"));
        calls.Add(1, new KeyValuePair<string, object?>("other", "gone"));

        _collector.KeepOnly(_room, "function", new HashSet<string> { "here" });

        Assert.That(Rendered("t_calls_total"), Is.EquivalentTo(new[] { "# TYPE t_calls_total counter", "t_calls_total{kind=\"a\",function=\"here\"} 1", "t_calls_total{other=\"gone\"} 1" }));
    }

    [Test]
    public void Meters_of_others_are_left_alone()
    {
        using var other = new Meter("someone.else");
        other.CreateCounter<int>("t.foreign").Add(1);

        Assert.That(Rendered("t_foreign"), Is.Empty);
    }

    private string[] Rendered(string name) =>
        [.. PrometheusText.Render(_collector.Collect()).Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) || line.StartsWith($"# HELP {name}", StringComparison.Ordinal) || line.StartsWith($"# TYPE {name}", StringComparison.Ordinal))];
}
