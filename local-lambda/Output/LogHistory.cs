namespace Roost.LocalLambda.Output;

/// <summary>The lines of one function or of several at one moment: those in memory, and before them those that are on the disk only.</summary>
internal sealed class LogHistory(LogStore store)
{
    // What the newest lines may take that somebody asks for by number, in bytes.
    private const int MaxLastBytes = 2 * 1024 * 1024;

    private readonly Dictionary<string, long> _evictedThrough = new(StringComparer.Ordinal);
    private List<LogLine> _newest = [];
    private DateTimeOffset _horizon = DateTimeOffset.MinValue; // of all that is newer, everything is in memory

    public void Add(FunctionLog log, System.Threading.Channels.ChannelWriter<LogLine>? follower)
    {
        var lines = follower is null ? log.Newest(out var through) : log.Follow(follower, out through);
        _newest.AddRange(lines);
        if (through >= 0)
        {
            _evictedThrough[log.Function] = through;
            var oldestKept = lines.FirstOrDefault(line => line.Offset is not null)?.Time ?? DateTimeOffset.MaxValue;
            _horizon = oldestKept > _horizon ? oldestKept : _horizon;
        }
    }

    /// <summary>Those that are asked for, oldest first; read from the disk while they are enumerated.</summary>
    public IEnumerable<LogLine> Read(LogQuery query)
    {
        _newest = [.. _newest.OrderBy(line => line.Time)];
        var wanted = Select(Merged(), query);
        return query.Last switch
        {
            null => wanted,
            { } last when Select(_newest.Where(line => line.Time > _horizon), query).ToList() is var near && near.Count >= last => near.TakeLast(last),
            { } last => Newest(wanted, last),
        };
    }

    private static IEnumerable<LogLine> Select(IEnumerable<LogLine> lines, LogQuery query) => lines.SelectMany(new LogSelection(query).Next);

    private static Queue<LogLine> Newest(IEnumerable<LogLine> lines, int last)
    {
        var newest = new Queue<LogLine>();
        var bytes = 0;
        foreach (var line in lines)
        {
            newest.Enqueue(line);
            bytes += line.Text.Length;
            while (newest.Count > last || bytes > MaxLastBytes)
            {
                bytes -= newest.Dequeue().Text.Length;
            }
        }

        return newest;
    }

    private IEnumerable<LogLine> Merged()
    {
        var next = 0;
        if (_evictedThrough.Count > 0)
        {
            foreach (var old in store.ReadKept().Where(line => _evictedThrough.TryGetValue(line.Function, out var through) && line.Offset <= through))
            {
                for (; next < _newest.Count && _newest[next].Time < old.Time; next++)
                {
                    yield return _newest[next];
                }

                yield return old;
            }
        }

        for (; next < _newest.Count; next++)
        {
            yield return _newest[next];
        }
    }
}
