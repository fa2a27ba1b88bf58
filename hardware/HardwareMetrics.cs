using System.Diagnostics.Metrics;

namespace Roost.Hardware;

/// <summary>The room's instruments, all of the meter <c>roost.hardware</c>.</summary>
internal sealed class HardwareMetrics
{
    public const string MeterName = "roost.hardware";

    private readonly Counter<long> _updates;
    private readonly Counter<long> _updatesFailed;
    private readonly Counter<long> _publishesFailed;
    private readonly Counter<long> _driven;
    private readonly Counter<long> _notDriven;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _edges;
    private readonly Counter<long> _edgesLost;
    private readonly Counter<long> _edgesDropped;
    private readonly Counter<long> _misses;
    private readonly Meter _meter;

    public HardwareMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _updates = meter.CreateCounter<long>("roost.hardware.updates", "{update}", "Updates of shadows that were accepted.");
        _updatesFailed = meter.CreateCounter<long>("roost.hardware.updates.failed", "{update}", "Updates of shadows that were refused or not answered; they are tried again.");
        _publishesFailed = meter.CreateCounter<long>("roost.hardware.publishes.failed", "{message}", "Values for topics that the broker did not take; they are tried again.");
        _driven = meter.CreateCounter<long>("roost.hardware.driven", "{value}", "Desired values that were applied to outputs.");
        _notDriven = meter.CreateCounter<long>("roost.hardware.driven.refused", "{value}", "Desired values that no output could take.");
        _faults = meter.CreateCounter<long>("roost.hardware.faults", "{fault}", "Faults of lines and sensors, counted when they begin.");
        _edges = meter.CreateCounter<long>("roost.hardware.edges", "{edge}", "Edges of inputs that were seen.");
        _edgesLost = meter.CreateCounter<long>("roost.hardware.edges.lost", "{edge}", "Edges that the kernel had to give up before they were read, as gaps in their numbers tell.");
        _edgesDropped = meter.CreateCounter<long>("roost.hardware.edges.dropped", "{edge}", "Edges that were not published because too many waited for the broker.");
        _misses = meter.CreateCounter<long>("roost.hardware.sensors.missed", "{reading}", "Readings of sensors that gave no value.");
    }

    public void Updated() => _updates.Add(1);

    public void UpdateFailed() => _updatesFailed.Add(1);

    public void PublishFailed() => _publishesFailed.Add(1);

    public void Driven() => _driven.Add(1);

    public void NotDriven() => _notDriven.Add(1);

    public void Faulted() => _faults.Add(1);

    public void Edge() => _edges.Add(1);

    public void EdgesLost(uint count) => _edgesLost.Add(count);

    public void EdgeDropped() => _edgesDropped.Add(1);

    public void Missed() => _misses.Add(1);

    /// <summary>Looked up when the metrics are collected.</summary>
    public void ObservePoints(Func<int> points, Func<int> faulted)
    {
        _meter.CreateObservableGauge("roost.hardware.points", points, "{point}", "Points that are configured.");
        _meter.CreateObservableGauge("roost.hardware.points.faulted", faulted, "{point}", "Points whose line or sensor has a fault now.");
    }
}
