using System.Buffers.Binary;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Damage;

/// <summary>Which offsets were lost to damage and given up by a repair: kept with the log, so that readers count them however late they come. Layout: docs/formats/append-log.md.</summary>
internal sealed class LostOffsets
{
    private const string FileName = "lost";
    private const int EntryBytes = 16;

    private readonly string _path;
    private readonly Lock _gate = new();
    private List<(long First, long Next)> _ranges; // sorted, none touches another; replaced, never changed

    private LostOffsets(string path, List<(long First, long Next)> ranges)
    {
        _path = path;
        _ranges = ranges;
    }

    private static ReadOnlySpan<byte> Magic => "RLST"u8;

    public IReadOnlyList<(long First, long Next)> Ranges
    {
        get
        {
            lock (_gate)
            {
                return _ranges;
            }
        }
    }

    /// <param name="folder">The log's.</param>
    public static LostOffsets Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var ranges = new List<(long First, long Next)>();
        var bytes = SmallFile.TryRead(path, Magic) ?? [];
        for (var at = 0; at + EntryBytes <= bytes.Length; at += EntryBytes)
        {
            ranges.Add((BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 8))));
        }

        return new LostOffsets(path, ranges);
    }

    /// <summary>How many of the offsets from <paramref name="first"/> to before <paramref name="next"/> were lost.</summary>
    public long CountWithin(long first, long next)
    {
        if (first >= next)
        {
            return 0;
        }

        long count = 0;
        foreach (var (from, to) in Ranges)
        {
            count += Math.Max(0, Math.Min(to, next) - Math.Max(from, first));
        }

        return count;
    }

    /// <summary>Adds ranges, and forgets those before <paramref name="keptFrom"/>. On the disk when it returns.</summary>
    /// <exception cref="IOException">They could not be written; then nothing was added.</exception>
    public void Add(IEnumerable<(long First, long Next)> ranges, long keptFrom)
    {
        var merged = new List<(long First, long Next)>();
        foreach (var (first, next) in Ranges.Concat(ranges).Where(range => range.Next > keptFrom && range.Next > range.First).OrderBy(range => range.First))
        {
            if (merged.Count > 0 && merged[^1].Next >= first)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Next, next));
            }
            else
            {
                merged.Add((first, next));
            }
        }

        var bytes = new byte[merged.Count * EntryBytes];
        for (var range = 0; range < merged.Count; range++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(range * EntryBytes), merged[range].First);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((range * EntryBytes) + 8), merged[range].Next);
        }

        SmallFile.Write(_path, Magic, bytes);
        lock (_gate)
        {
            _ranges = merged;
        }
    }
}
