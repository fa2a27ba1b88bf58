using System.Diagnostics.Metrics;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Sync;

/// <summary>The sync's instruments, of the room's meter.</summary>
internal sealed class SyncMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _received;
    private readonly Counter<long> _synced;
    private readonly Counter<long> _conflicts;
    private readonly Meter _meter;

    public SyncMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(ShadowMetrics.MeterName);
        _requests = _meter.CreateCounter<long>("roost.shadow.sync.requests", "{request}", "Requests to the upstream, by operation and result.");
        _received = _meter.CreateCounter<long>("roost.shadow.sync.received", "{message}", "Messages of the upstream, by whether they answer a request, tell a change, or mean nothing here.");
        _synced = _meter.CreateCounter<long>("roost.shadow.sync.exchanges", "{exchange}", "Exchanges that made a shadow equal on both sides, by which sides were changed.");
        _conflicts = _meter.CreateCounter<long>("roost.shadow.sync.conflicts", "{conflict}", "Values that both sides had changed, by whose stayed.");
    }

    public void Requested(ShadowOperation operation, UpstreamFault fault) => _requests.Add(
        1,
        new("operation", operation switch { ShadowOperation.Get => "get", ShadowOperation.Update => "update", _ => "delete" }),
        new("result", fault switch
        {
            UpstreamFault.None => "done",
            UpstreamFault.VersionConflict => "conflict",
            UpstreamFault.TooMuch => "too-much",
            UpstreamFault.Refused => "refused",
            UpstreamFault.TimedOut => "timeout",
            UpstreamFault.Lost => "lost",
            _ => "failed",
        }));

    public void Received(string meaning) => _received.Add(1, new KeyValuePair<string, object?>("meaning", meaning));

    public void Synced(bool local, bool cloud) =>
        _synced.Add(1, new KeyValuePair<string, object?>("changed", (local, cloud) switch { (true, true) => "both", (true, false) => "device", (false, true) => "cloud", _ => "none" }));

    public void Conflicted(SyncConflict conflict) =>
        _conflicts.Add(1, new KeyValuePair<string, object?>("winner", conflict.Winner == ConflictWinner.Cloud ? "cloud" : "device"));

    /// <param name="count">Shadows in each state, by its name.</param>
    public void Observe(Func<IEnumerable<(string State, int Count)>> count) => _meter.CreateObservableGauge(
        "roost.shadow.sync.shadows",
        () => count().Select(entry => new Measurement<int>(entry.Count, new KeyValuePair<string, object?>("state", entry.State))),
        "{shadow}",
        "Synced shadows by state.");
}
