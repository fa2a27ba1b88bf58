namespace Roost.Mqtt.Routing;

/// <summary>One level of a tree of topics or filters: its children by their UTF-8 text, and a value. Most levels have no or few children.</summary>
internal sealed class LevelNode<T>
    where T : class
{
    private static readonly Dictionary<byte[], LevelNode<T>> s_none = [];

    private Dictionary<byte[], LevelNode<T>>? _children;

    public T? Value { get; set; }

    public bool IsEmpty => Value is null && _children is null;

    /// <summary>In no order.</summary>
    public Dictionary<byte[], LevelNode<T>> NamedChildren => _children ?? s_none;

    public LevelNode<T>? Find(ReadOnlySpan<byte> level) =>
        _children is not null && _children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(level, out var child) ? child : null;

    public LevelNode<T> FindOrAdd(ReadOnlySpan<byte> level)
    {
        _children ??= new Dictionary<byte[], LevelNode<T>>(Utf8Comparer.Instance);
        var lookup = _children.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(level, out var child))
        {
            lookup[level] = child = new LevelNode<T>();
        }

        return child;
    }

    public void Remove(ReadOnlySpan<byte> level)
    {
        if (_children is not null && _children.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(level) && _children.Count == 0)
        {
            _children = null;
        }
    }

    /// <summary>Splits the first level off. <paramref name="rest"/> is meaningful only when the result is false: there are more levels.</summary>
    public static bool IsLastLevel(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> level, out ReadOnlySpan<byte> rest)
    {
        var slash = path.IndexOf((byte)'/');
        level = slash < 0 ? path : path[..slash];
        rest = slash < 0 ? default : path[(slash + 1)..];
        return slash < 0;
    }

    /// <summary>The node at <paramref name="path"/>, made where it is missing.</summary>
    public LevelNode<T> Reach(ReadOnlySpan<byte> path)
    {
        var node = this;
        bool last;
        do
        {
            last = IsLastLevel(path, out var level, out path);
            node = node.FindOrAdd(level);
        }
        while (!last);
        return node;
    }

    /// <summary>Clears the value at <paramref name="path"/> and takes away what is left empty on the way to it.</summary>
    public void Clear(ReadOnlySpan<byte> path)
    {
        var last = IsLastLevel(path, out var level, out var rest);
        if (Find(level) is not { } child)
        {
            return;
        }

        if (last)
        {
            child.Value = null;
        }
        else
        {
            child.Clear(rest); // as deep as the topic has levels: bounded by TopicLevels.Max
        }

        if (child.IsEmpty)
        {
            Remove(level);
        }
    }
}
