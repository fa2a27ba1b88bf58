using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Retained;

/// <summary>The last retained message of each topic (section 3.3.1.3), by levels, so that a filter visits only what can match it.</summary>
internal sealed class RetainedMessages
{
    private const int SlotBits = 24; // of a key: more than there may be retained messages; the rest counts them for centuries

    private readonly LevelNode<StoredMessage> _root = new();
    private readonly Stack<int> _freeSlots = new();
    private StoredMessage?[] _slots = new StoredMessage?[64];
    private int _usedSlots;
    private long _lastNumber;

    public int Count { get; private set; }

    /// <summary>As the limits count them.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of <see cref="Count"/>, those that anonymous clients published.</summary>
    public int CountOfStrangers { get; private set; }

    /// <summary>The same of <see cref="Bytes"/>.</summary>
    public long BytesOfStrangers { get; private set; }

    /// <summary>No message that is retained now has a larger key.</summary>
    public long LastKey => KeyOf(_lastNumber, (1 << SlotBits) - 1);

    /// <returns>The message that was there before.</returns>
    public StoredMessage? Set(StoredMessage message)
    {
        var node = _root.Reach(message.Topic);
        var before = node.Value;
        node.Value = message;
        var slot = before is null ? FindSlot() : SlotOf(before.RetainedKey);
        message.Retention!.Key = KeyOf(++_lastNumber, slot);
        _slots[slot] = message;
        Count += before is null ? 1 : 0;
        Bytes += message.Bytes - (before?.Bytes ?? 0);
        CountStrangers(message, 1);
        CountStrangers(before, -1);
        return before;
    }

    public StoredMessage? Remove(ReadOnlySpan<byte> topic)
    {
        var before = Find(topic);
        if (before is not null)
        {
            _root.Clear(topic);
            _slots[SlotOf(before.RetainedKey)] = null;
            _freeSlots.Push(SlotOf(before.RetainedKey));
            Count--;
            Bytes -= before.Bytes;
            CountStrangers(before, -1);
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

    /// <summary>The message with this <see cref="StoredMessage.RetainedKey"/>; null when it is its topic's last one no more.</summary>
    public StoredMessage? Find(long key) => _slots[SlotOf(key)] is { } message && message.RetainedKey == key ? message : null;

    public bool HasMatch(ReadOnlySpan<byte> filter)
    {
        var matches = new List<StoredMessage>();
        Match(_root, filter, isFirstLevel: true, matches, most: 1);
        return matches.Count > 0;
    }

    /// <summary>Adds every retained message whose topic matches to <paramref name="matches"/>.</summary>
    public void Match(ReadOnlySpan<byte> filter, List<StoredMessage> matches) => Match(_root, filter, isFirstLevel: true, matches, most: int.MaxValue);

    public void AddAllTo(List<StoredMessage> all) => TakeAllBelow(_root, isFirstLevel: false, all, most: int.MaxValue);

    private void CountStrangers(StoredMessage? message, int by)
    {
        if (message is { Retention.IsStrangers: true })
        {
            CountOfStrangers += by;
            BytesOfStrangers += by * message.Bytes;
        }
    }

    private static int SlotOf(long key) => (int)(key & ((1 << SlotBits) - 1));

    private static long KeyOf(long number, int slot) => (number << SlotBits) | (uint)slot;

    private int FindSlot()
    {
        if (_freeSlots.TryPop(out var free))
        {
            return free;
        }

        if (_usedSlots == _slots.Length)
        {
            Array.Resize(ref _slots, _usedSlots * 2);
        }

        return _usedSlots++;
    }

    private static void Match(LevelNode<StoredMessage> node, ReadOnlySpan<byte> filter, bool isFirstLevel, List<StoredMessage> matches, int most)
    {
        var last = LevelNode<StoredMessage>.IsLastLevel(filter, out var level, out var rest);
        if (level.SequenceEqual("#"u8))
        {
            TakeAllBelow(node, isFirstLevel, matches, most);
        }
        else if (level.SequenceEqual("+"u8))
        {
            foreach (var (name, child) in node.NamedChildren)
            {
                if (matches.Count < most && !IsHidden(name, isFirstLevel))
                {
                    Descend(child, last, rest, matches, most);
                }
            }
        }
        else if (node.Find(level) is { } child)
        {
            Descend(child, last, rest, matches, most);
        }
    }

    private static void Descend(LevelNode<StoredMessage> node, bool last, ReadOnlySpan<byte> rest, List<StoredMessage> matches, int most)
    {
        if (!last)
        {
            if (rest.SequenceEqual("#"u8) && node.Value is { } parent)
            {
                matches.Add(parent); // [MQTT-4.7.1-2] # matches the parent level too
            }

            Match(node, rest, isFirstLevel: false, matches, most);
        }
        else if (node.Value is { } message)
        {
            matches.Add(message);
        }
    }

    private static void TakeAllBelow(LevelNode<StoredMessage> node, bool isFirstLevel, List<StoredMessage> matches, int most)
    {
        foreach (var (name, child) in node.NamedChildren)
        {
            if (matches.Count >= most)
            {
                return;
            }

            if (IsHidden(name, isFirstLevel))
            {
                continue;
            }

            if (child.Value is { } message)
            {
                matches.Add(message);
            }

            TakeAllBelow(child, isFirstLevel: false, matches, most);
        }
    }

    // [MQTT-4.7.2-1] A wildcard in the first level does not match topics that begin with $.
    private static bool IsHidden(byte[] level, bool isFirstLevel) => isFirstLevel && level is [(byte)'$', ..];
}
