using System.Threading.Channels;

namespace Roost.LocalLambda.Output;

/// <summary>The log of one function: its newest lines in memory, everything worth keeping in the <see cref="LogStore"/>, and those who follow it. Thread-safe.</summary>
internal sealed class FunctionLog(string function, LogStore store, TimeProvider clock)
{
    /// <summary>Of the newest lines that are kept on the disk too; a hundred functions that all print come to 1.6 MiB.</summary>
    public const int KeptBytes = 16 * 1024;

    // Of lines that are in memory only: START, END and REPORT of some twenty invocations that went well.
    private const int PassingBytes = 12 * 1024;

    private readonly Lock _gate = new();
    private readonly LineRing _kept = new(KeptBytes);
    private readonly LineRing _passing = new(PassingBytes);
    private readonly List<ChannelWriter<LogLine>> _followers = [];
    private long _lines;
    private long _evictedThrough = -1;

    public string Function => function;

    /// <summary>What came of the invocations whose lines these are.</summary>
    public RecentOutcomes Outcomes { get; } = new(clock);

    /// <param name="keep">False: not worth a write to the disk.</param>
    public void Write(ReadOnlySpan<byte> text, in LogOrigin origin, LogTail? tail, bool keep)
    {
        var copy = text.ToArray();
        lock (_gate)
        {
            // Under the lock, so that what is on the disk and what is in memory are in one order.
            var line = new LogLine(function, clock.GetUtcNow(), copy, origin, keep ? store.Append(function, text, origin) : null);
            tail?.Add(text);
            Remember(line);
            foreach (var follower in _followers)
            {
                follower.TryWrite(line);
            }
        }
    }

    /// <summary>Puts back a line that was kept in an earlier life of the daemon.</summary>
    public void Restore(LogLine line)
    {
        lock (_gate)
        {
            Remember(line);
        }
    }

    public IReadOnlyList<LogLine> Newest() => Newest(out _);

    /// <param name="evictedThrough">Lines up to this offset are on the disk only; -1 for none.</param>
    public IReadOnlyList<LogLine> Newest(out long evictedThrough)
    {
        lock (_gate)
        {
            evictedThrough = _evictedThrough;
            return LineRing.Merge(_kept, _passing);
        }
    }

    /// <summary>The newest of those lines that are on the disk too.</summary>
    public IReadOnlyList<LogLine> NewestKept()
    {
        lock (_gate)
        {
            return _kept.ToList();
        }
    }

    /// <summary><see cref="Newest(out long)"/>, and whatever comes after it goes to <paramref name="follower"/>.</summary>
    public IReadOnlyList<LogLine> Follow(ChannelWriter<LogLine> follower, out long evictedThrough)
    {
        lock (_gate)
        {
            _followers.Add(follower);
            return Newest(out evictedThrough);
        }
    }

    public void Unfollow(ChannelWriter<LogLine> follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
        }
    }

    private void Remember(LogLine line)
    {
        if (line.Offset is null)
        {
            _passing.Add(_lines++, line);
        }
        else
        {
            _evictedThrough = _kept.Add(_lines++, line)?.Offset ?? _evictedThrough;
        }
    }
}
