namespace Roost.Identity.Logins;

/// <summary>From which addresses names have come in lately: a few for each of a bounded number of names. Not thread-safe.</summary>
internal sealed class FamiliarSources(int maxNames)
{
    private const int PerName = 8;

    private readonly Dictionary<string, LinkedListNode<(string Name, List<string> Sources)>> _byName = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Name, List<string> Sources)> _byUse = new();

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
                _byName.Remove(_byUse.Last!.Value.Name);
                _byUse.RemoveLast();
            }

            node = new LinkedListNode<(string, List<string>)>((name, []));
            _byName.Add(name, node);
        }

        _byUse.AddFirst(node);
        var sources = node.Value.Sources;
        sources.Remove(source);
        if (sources.Count >= PerName)
        {
            sources.RemoveAt(0);
        }

        sources.Add(source);
    }
}
