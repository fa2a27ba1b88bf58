namespace Roost.Gateway.Configuration;

/// <summary>Lays a later source over an earlier one: maps are joined key by key, everything else is replaced, lists too.</summary>
internal static class ConfigurationMerge
{
    public static MapNode Over(MapNode earlier, MapNode later)
    {
        var merged = new MapNode(earlier.Source, earlier.Line);
        foreach (var entry in earlier.Entries)
        {
            merged.Set(entry);
        }

        foreach (var entry in later.Entries)
        {
            merged.Set(merged.Find(entry.Key) switch
            {
                // A section whose keys are all commented out does not take anything back.
                { } existing when entry.Value is ScalarNode { Text: null } => existing,
                { Value: MapNode below } when entry.Value is MapNode above => entry with { Value = Over(below, above) },
                _ => entry,
            });
        }

        return merged;
    }
}
