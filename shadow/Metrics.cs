using System.Diagnostics.Metrics;
using Roost.Shadow.Requests;

namespace Roost.Shadow;

/// <summary>The room's instruments, all of the meter <c>roost.shadow</c>.</summary>
internal sealed class ShadowMetrics
{
    public const string MeterName = "roost.shadow";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<int> _commitChanges;
    private readonly Meter _meter;
    private readonly Counter<long> _corrupt;
    private readonly Counter<long> _healed;
    private readonly Counter<long> _unannounced;

    public ShadowMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("roost.shadow.requests", "{request}", "Requests answered, by operation and status code.");
        _commitDuration = meter.CreateHistogram<double>("roost.shadow.commit.duration", "s", "From handing a batch to the store until it is durable.");
        _commitChanges = meter.CreateHistogram<int>("roost.shadow.commit.changes", "{shadow}", "Shadows changed by one commit.");
        _corrupt = meter.CreateCounter<long>("roost.shadow.corrupt", "{record}", "Reads that met a damaged record.");
        _healed = meter.CreateCounter<long>("roost.shadow.healed", "{record}", "Damaged records that were written anew from the journal.");
        _unannounced = meter.CreateCounter<long>("roost.shadow.announcements.failed", "{message}", "Answers and announcements that the broker did not take.");
    }

    public void ObserveWatchers(Func<int> count) =>
        _meter.CreateObservableUpDownCounter("roost.shadow.watchers", count, "{client}", "Clients that wait for changes or are sent them.");

    public void Answered(ShadowOperation operation, int code) =>
        _requests.Add(1, new("operation", NameOf(operation)), new("code", code));

    public void Committed(int changes, TimeSpan duration)
    {
        _commitDuration.Record(duration.TotalSeconds);
        _commitChanges.Record(changes);
    }

    public void CorruptRecord() => _corrupt.Add(1);

    public void Healed() => _healed.Add(1);

    /// <summary>Looked up when the metrics are collected.</summary>
    public void ObserveDamage(Func<long> shadows, Func<long> changes)
    {
        _meter.CreateObservableGauge("roost.shadow.damaged", shadows, "{shadow}", "Shadows that are known to be damaged and answer 500.");
        _meter.CreateObservableGauge("roost.shadow.journal.damaged", changes, "{record}", "Changes that the journal cannot give back, as the last check found.");
    }

    public void NotAnnounced() => _unannounced.Add(1);

    private static string NameOf(ShadowOperation operation) => operation switch
    {
        ShadowOperation.Get => "get",
        ShadowOperation.Update => "update",
        _ => "delete",
    };
}
