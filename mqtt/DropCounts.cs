namespace Roost.Mqtt;

/// <summary>Messages that were not delivered, by <see cref="DropReason"/>. The loop counts; any thread may read, and sees values of a moment ago.</summary>
public sealed class DropCounts
{
    private readonly long[] _counts = new long[Reasons.Count];
    private long _total;

    /// <summary>Every reason, in order.</summary>
    public static IReadOnlyList<DropReason> Reasons { get; } = Enum.GetValues<DropReason>();

    public long Total => Volatile.Read(ref _total);

    public long this[DropReason reason] => Volatile.Read(ref _counts[(int)reason]);

    /// <summary>As it stands in answers, metrics and topics: <c>queue-full-bytes</c>.</summary>
    public static string NameOf(DropReason reason) => DropReasonNames.All[(int)reason];

    internal void Add(DropReason reason)
    {
        _counts[(int)reason]++;
        _total++;
    }

    internal void Add(DropCounts other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        _total += other._total;
    }

    internal void Clear()
    {
        Array.Clear(_counts);
        _total = 0;
    }

    internal DropCounts Copy()
    {
        var copy = new DropCounts();
        copy.Add(this);
        return copy;
    }

    private static class DropReasonNames
    {
        public static readonly string[] All = [.. Reasons.Select(static reason => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString()))];
    }
}
