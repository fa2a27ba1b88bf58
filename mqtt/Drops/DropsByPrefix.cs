using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Drops;

/// <summary>
/// Drops by the first two levels of their topics. There are at most <see cref="MaxRows"/> prefixes; when one more comes, the one with the
/// fewest drops makes room and its counts go to <see cref="Others"/>. So a flood of ever new topics takes turns in one row, and the
/// prefixes that lose much stay.
/// </summary>
internal sealed class DropsByPrefix
{
    public const int MaxRows = 256;

    private const int Levels = 2;
    private const int MaxPrefixBytes = 128; // of a level that is longer, the beginning

    private readonly Dictionary<byte[], DropCounts> _rows = new(Utf8Comparer.Instance);
    private byte[] _lastPrefix = [];
    private DropCounts? _last;

    /// <summary>UTF-8 text, in no order.</summary>
    public IReadOnlyDictionary<byte[], DropCounts> Rows => _rows;

    public DropCounts Others { get; } = new();

    public void Add(DropReason reason, ReadOnlySpan<byte> topic)
    {
        var prefix = PrefixOf(topic);
        if (_last is null || !prefix.SequenceEqual(_lastPrefix))
        {
            Find(prefix);
        }

        _last!.Add(reason);
    }

    /// <summary>The first two levels, whole characters, without the slash behind them.</summary>
    private static ReadOnlySpan<byte> PrefixOf(ReadOnlySpan<byte> topic)
    {
        var end = 0;
        for (var level = 0; level < Levels; level++)
        {
            var slash = topic[end..].IndexOf((byte)'/');
            if (slash < 0)
            {
                end = topic.Length;
                break;
            }

            end += slash + (level == Levels - 1 ? 0 : 1);
        }

        if (end <= MaxPrefixBytes)
        {
            return topic[..end];
        }

        end = MaxPrefixBytes;
        while ((topic[end] & 0xC0) == 0x80) // within a character
        {
            end--;
        }

        return topic[..end];
    }

    private void Find(ReadOnlySpan<byte> prefix)
    {
        var lookup = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(prefix, out _lastPrefix!, out _last))
        {
            _last = _rows.Count < MaxRows ? new DropCounts() : TakeSmallest();
            _lastPrefix = prefix.ToArray();
            _rows.Add(_lastPrefix, _last);
        }
    }

    private DropCounts TakeSmallest()
    {
        byte[] smallest = [];
        DropCounts? counts = null;
        foreach (var (prefix, row) in _rows)
        {
            if (counts is null || row.Total < counts.Total)
            {
                (smallest, counts) = (prefix, row);
            }
        }

        _rows.Remove(smallest);
        Others.Add(counts!);
        counts!.Clear();
        return counts;
    }
}
