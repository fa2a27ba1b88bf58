namespace Roost.Identity.Logins;

/// <summary>From which addresses names have come in lately: a few for each of a bounded number of names. Not thread-safe.</summary>
internal sealed class FamiliarSources(int maxNames)
{
    private const int PerName = 8;

    private readonly Dictionary<string, LinkedListNode<(string Name, List<string> Sources)>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Name, List<string> Sources)> _byUse = new();

    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    /// <summary>As it was when the daemon ended.</summary>
    public void Restore(IEnumerable<(string Name, string Source)> pairs)
    {
        foreach (var (name, source) in pairs)
        {
            Add(name, source);
        }

        _changed.Clear();
    }

    /// <returns>Names whose addresses are others than when this was called last, with those that they have; none: it was forgotten.</returns>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Sources)> TakeChanges()
    {
        var changes = _changed.Select(name => (name, (IReadOnlyList<string>)(_byName.TryGetValue(name, out var node) ? [.. node.Value.Sources] : []))).ToList();
        _changed.Clear();
        return changes;
    }

    /// <summary>What <see cref="TakeChanges"/> gave was not written down.</summary>
    public void GiveBack(IEnumerable<string> names) => _changed.UnionWith(names);

    public bool Contains(string name, string source) => _byName.TryGetValue(name, out var node) && node.Value.Sources.Contains(source);

    /// <summary>Only for those who proved who they are: strangers cannot push anybody out.</summary>
    public void Add(string name, string source)
    {
        if (_byName.TryGetValue(name, out var node))
        {
            _byUse.Remove(node);
        }
        else
        {
            if (_byName.Count >= maxNames)
            {
                _changed.Add(_byUse.Last!.Value.Name);
                _byName.Remove(_byUse.Last!.Value.Name);
                _byUse.RemoveLast();
            }

            node = new LinkedListNode<(string, List<string>)>((name, []));
            _byName.Add(name, node);
        }

        _byUse.AddFirst(node);
        var sources = node.Value.Sources;
        if (!sources.Remove(source))
        {
            _changed.Add(name);
        }

        if (sources.Count >= PerName)
        {
            sources.RemoveAt(0);
        }

        sources.Add(source);
    }
}
