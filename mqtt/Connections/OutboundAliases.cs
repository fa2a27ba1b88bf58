using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Connections;

/// <summary>
/// The Topic Aliases that the broker has set towards one client (MQTT 5 section 3.3.2.3.4): first come, first served, for as long as the
/// connection lives. Topics that come later are sent in full.
/// </summary>
internal sealed class OutboundAliases
{
    /// <summary>Shorter topics gain nothing by an alias of three bytes; longer ones would let the table pin much memory.</summary>
    private const int MinTopicBytes = 4;
    private const int MaxTopicBytes = 1024;

    private readonly int _maximum;
    private readonly Entry[] _table; // open addressing, at most half full
    private int _count;

    public OutboundAliases(int maximum)
    {
        _maximum = maximum;
        _table = new Entry[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)maximum * 2)];
    }

    /// <returns>The topic's alias, or the one that it is to get; 0: none.</returns>
    public ushort Find(ReadOnlySpan<byte> topic, out bool isKnown)
    {
        isKnown = false;
        if (topic.Length is < MinTopicBytes or > MaxTopicBytes)
        {
            return 0;
        }

        ref var entry = ref Look(topic);
        isKnown = entry.Topic is not null;
        return isKnown ? entry.Alias : _count < _maximum ? (ushort)(_count + 1) : (ushort)0;
    }

    /// <summary>The client has been sent the topic with the alias that <see cref="Find"/> had for it.</summary>
    /// <param name="topic">Kept.</param>
    public void Set(byte[] topic) => Look(topic) = new Entry { Topic = topic, Alias = (ushort)++_count };

    private ref Entry Look(ReadOnlySpan<byte> topic)
    {
        var index = Utf8Comparer.Hash(topic) & (_table.Length - 1);
        while (_table[index].Topic is { } other && !topic.SequenceEqual(other))
        {
            index = (index + 1) & (_table.Length - 1);
        }

        return ref _table[index];
    }

    private struct Entry
    {
        public byte[]? Topic;
        public ushort Alias;
    }
}
