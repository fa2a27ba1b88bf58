using System.Collections.Concurrent;

namespace Roost.Shadow.Sync;

/// <summary>The shadows that are synced, as far as they are known: here, in the table, by the rules, or because the cloud told of them. Any thread.</summary>
internal sealed class SyncTracking(SyncRules rules)
{
    private readonly ConcurrentDictionary<ShadowId, TrackedShadow> _shadows = [];
    private readonly PushBudget _budget = new();

    public IEnumerable<TrackedShadow> All => _shadows.Values;

    public int Count => _shadows.Count;

    /// <returns>Null for a shadow that no rule covers.</returns>
    public TrackedShadow? Track(ShadowId id) =>
        _shadows.TryGetValue(id, out var known) ? known
        : rules.PolicyOf(id) is { } policy ? _shadows.GetOrAdd(id, static (shadow, how) => new TrackedShadow(shadow, how.policy, how._budget), (policy, _budget))
        : null;

    /// <summary>Finds what has changed here while nobody looked: all that is in the table and here is compared by version alone.</summary>
    /// <returns>How many have changed.</returns>
    public int Load(SyncTable table, LocalShadows shadows)
    {
        var synced = new Dictionary<ShadowId, (long Version, bool Recreated)>();
        table.ReadAll((id, row) =>
        {
            if (Track(id) is { } known && row.Last is { } last)
            {
                known.IsHeld = row.IsHeld;
                synced[id] = (last.LocalVersion, row.LocalRecreated);
            }
        });

        foreach (var (id, version) in shadows.List())
        {
            if (Track(id) is not { } shadow)
            {
                continue;
            }

            if (!synced.Remove(id, out var last) || last.Version != version || last.Recreated)
            {
                shadow.LocalChanged(deleted: false);
            }
        }

        foreach (var (gone, last) in synced)
        {
            Track(gone)!.LocalChanged(last.Recreated || shadows.IsDeleted(gone));
        }

        return _shadows.Values.Count(shadow => shadow.IsLocalChanged);
    }
}
