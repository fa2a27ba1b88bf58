namespace Roost.Gateway.Configuration;

/// <summary>One value as it was written, with the place where it stands. <see cref="Line"/> counts from 1; 0 means that the source has no lines.</summary>
internal abstract class ConfigurationNode(string source, int line)
{
    public string Source { get; } = source;

    public int Line { get; } = line;
}

/// <param name="text">Null for a key without a value (or <c>null</c>, <c>~</c>): the default stays in force.</param>
internal sealed class ScalarNode(string source, int line, string? text) : ConfigurationNode(source, line)
{
    public string? Text { get; } = text;
}

internal sealed class ListNode(string source, int line, IReadOnlyList<ConfigurationNode> items) : ConfigurationNode(source, line)
{
    public IReadOnlyList<ConfigurationNode> Items { get; } = items;
}

internal sealed class MapNode(string source, int line) : ConfigurationNode(source, line)
{
    private readonly List<MapEntry> _entries = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public IReadOnlyList<MapEntry> Entries => _entries;

    public MapEntry? Find(string key) => _places.TryGetValue(key, out var place) ? _entries[place] : null;

    /// <summary>Adds the entry, or puts it in the place of one with the same key.</summary>
    public void Set(MapEntry entry)
    {
        if (_places.TryAdd(entry.Key, _entries.Count))
        {
            _entries.Add(entry);
        }
        else
        {
            _entries[_places[entry.Key]] = entry;
        }
    }
}

/// <summary>A key with its value. The place is the key's own: a value may begin lines further down.</summary>
internal sealed record MapEntry(string Key, ConfigurationNode Value, string Source, int Line);
