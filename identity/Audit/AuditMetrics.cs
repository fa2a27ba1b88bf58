using System.Diagnostics.Metrics;

namespace Roost.Identity.Audit;

/// <summary>The instruments of the audit.</summary>
internal sealed class AuditMetrics
{
    public const string MeterName = "roost.identity.audit";

    private readonly Meter _meter;
    private readonly Counter<long> _written;
    private readonly Counter<long> _summarised;
    private readonly Counter<long> _lost;

    public AuditMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _written = _meter.CreateCounter<long>("roost.identity.audit.records", "{record}", "Entries written to the audit, checkpoints not counted.");
        _summarised = _meter.CreateCounter<long>("roost.identity.audit.summarised", "{entry}", "Entries of a flood that were counted in place of being recorded one by one.");
        _lost = _meter.CreateCounter<long>("roost.identity.audit.lost", "{entry}", "Entries that found no room, mostly of connections; a record says how many.");
    }

    /// <summary>Looked up when the metrics are collected.</summary>
    public void ObserveFault(Func<int> fault, Func<int> broken)
    {
        _meter.CreateObservableGauge("roost.identity.audit.fault", fault, "{fault}", "1 while the audit cannot be written and changes are refused.");
        _meter.CreateObservableGauge("roost.identity.audit.broken", broken, "{fault}", "1 when the audit is not as this daemon wrote it.");
    }

    public void Written(int entries) => _written.Add(entries);

    public void Summarised() => _summarised.Add(1);

    public void Lost(long entries) => _lost.Add(entries);
}
