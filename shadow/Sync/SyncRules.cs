namespace Roost.Shadow.Sync;

/// <summary>Which shadows are synced, and how.</summary>
internal sealed class SyncRules
{
    private readonly List<(NamePattern Things, NamePattern[] Shadows, SyncPolicy Policy)> _rules;

    public SyncRules(ShadowSyncOptions options)
    {
        _rules =
        [
            .. options.Sync.Select(rule => (
                new NamePattern(rule.Things),
                rule.Shadows.Select(shadow => new NamePattern(shadow)).ToArray(),
                new SyncPolicy(rule.Direction, options.Conflicts.Desired, options.Conflicts.Reported))),
        ];
        OnlyThings = _rules.TrueForAll(rule => rule.Things.IsLiteral) ? [.. _rules.Select(rule => rule.Things.Text).Distinct(StringComparer.Ordinal)] : null;
    }

    /// <summary>The things concerned, where the rules name each of them; null where there is a pattern.</summary>
    public IReadOnlyList<string>? OnlyThings { get; }

    /// <returns>Null for a shadow that is not synced.</returns>
    public SyncPolicy? PolicyOf(ShadowId id)
    {
        foreach (var (things, shadows, policy) in _rules)
        {
            if (things.Matches(id.Thing) && Array.Exists(shadows, shadow => Covers(shadow, id)))
            {
                return policy;
            }
        }

        return null;
    }

    /// <summary>The shadows that the rules spell out, and the classic one of each thing that they do: these are looked for upstream, whether or not they are here.</summary>
    public IEnumerable<ShadowId> SpelledOut()
    {
        foreach (var (things, shadows, policy) in _rules.Where(rule => rule.Things.IsLiteral && rule.Policy.Direction != SyncDirection.Up))
        {
            foreach (var shadow in shadows)
            {
                var name = shadow.Text is ShadowSyncRule.Classic or "*" ? null : shadow.Text;
                if ((name is null || shadow.IsLiteral) && ShadowId.TryCreate(things.Text, name, out var id, out _) && PolicyOf(id) == policy)
                {
                    yield return id;
                }
            }
        }
    }

    private static bool Covers(NamePattern shadow, ShadowId id) =>
        id.IsClassic ? shadow.Text is ShadowSyncRule.Classic or "*" : shadow.Matches(id.Name);
}
