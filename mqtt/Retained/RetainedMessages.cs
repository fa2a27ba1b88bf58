using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Retained;

/// <summary>The last retained message of each topic (section 3.3.1.3), by levels, so that a filter visits only what can match it.</summary>
internal sealed class RetainedMessages
{
    private readonly LevelNode<StoredMessage> _root = new();

    public int Count { get; private set; }

    /// <summary>As the limits count them.</summary>
    public long Bytes { get; private set; }

    /// <returns>The message that was there before.</returns>
    public StoredMessage? Set(StoredMessage message)
    {
        var node = _root.Reach(message.Topic);
        var before = node.Value;
        node.Value = message;
        Count += before is null ? 1 : 0;
        Bytes += message.Bytes - (before?.Bytes ?? 0);
        return before;
    }

    public StoredMessage? Remove(ReadOnlySpan<byte> topic)
    {
        var before = Find(topic);
        if (before is not null)
        {
            _root.Clear(topic);
            Count--;
            Bytes -= before.Bytes;
        }

        return before;
    }

    public StoredMessage? Find(ReadOnlySpan<byte> topic)
    {
        var node = _root;
        bool last;
        do
        {
            last = LevelNode<StoredMessage>.IsLastLevel(topic, out var level, out topic);
            node = node.Find(level);
        }
        while (!last && node is not null);
        return node?.Value;
    }

    /// <summary>Adds every retained message whose topic matches to <paramref name="matches"/>.</summary>
    public void Match(ReadOnlySpan<byte> filter, List<StoredMessage> matches) => Match(_root, filter, isFirstLevel: true, matches);

    public void AddAllTo(List<StoredMessage> all) => TakeAllBelow(_root, isFirstLevel: false, all);

    private static void Match(LevelNode<StoredMessage> node, ReadOnlySpan<byte> filter, bool isFirstLevel, List<StoredMessage> matches)
    {
        var last = LevelNode<StoredMessage>.IsLastLevel(filter, out var level, out var rest);
        if (level.SequenceEqual("#"u8))
        {
            TakeAllBelow(node, isFirstLevel, matches);
        }
        else if (level.SequenceEqual("+"u8))
        {
            foreach (var (name, child) in node.NamedChildren)
            {
                if (!IsHidden(name, isFirstLevel))
                {
                    Descend(child, last, rest, matches);
                }
            }
        }
        else if (node.Find(level) is { } child)
        {
            Descend(child, last, rest, matches);
        }
    }

    private static void Descend(LevelNode<StoredMessage> node, bool last, ReadOnlySpan<byte> rest, List<StoredMessage> matches)
    {
        if (!last)
        {
            if (rest.SequenceEqual("#"u8) && node.Value is { } parent)
            {
                matches.Add(parent); // [MQTT-4.7.1-2] # matches the parent level too
            }

            Match(node, rest, isFirstLevel: false, matches);
        }
        else if (node.Value is { } message)
        {
            matches.Add(message);
        }
    }

    private static void TakeAllBelow(LevelNode<StoredMessage> node, bool isFirstLevel, List<StoredMessage> matches)
    {
        foreach (var (name, child) in node.NamedChildren)
        {
            if (IsHidden(name, isFirstLevel))
            {
                continue;
            }

            if (child.Value is { } message)
            {
                matches.Add(message);
            }

            TakeAllBelow(child, isFirstLevel: false, matches);
        }
    }

    // [MQTT-4.7.2-1] A wildcard in the first level does not match topics that begin with $.
    private static bool IsHidden(byte[] level, bool isFirstLevel) => isFirstLevel && level is [(byte)'$', ..];
}
