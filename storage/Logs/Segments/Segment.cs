using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>What the log knows of one segment file. Changed by the committer only; readers look at it from other threads.</summary>
internal sealed class Segment(string path, SegmentHeader header)
{
    public const string Extension = ".log";
    private long _readableBytes = SegmentHeader.Bytes;
    private long _nextOffset = header.FirstOffset;
    private long _lastTimestamp;

    public string Path { get; } = path;

    public uint Salt { get; } = header.Salt;

    public long FirstOffset { get; } = header.FirstOffset;

    /// <summary>End of the records that readers may see, as a position in the file.</summary>
    public long ReadableBytes => Volatile.Read(ref _readableBytes);

    /// <summary>Offset after its last readable record; the first offset of the next segment, once it is sealed.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>UTC ticks of its last readable record; 0 without one.</summary>
    public long LastTimestamp => Volatile.Read(ref _lastTimestamp);

    public long FirstTimestamp { get; set; }

    /// <summary>Whether the file holds its records in compressed blocks. Positions are those of the records as they were written, all the same.</summary>
    public bool IsCompressed { get; set; }

    /// <summary>
    /// Why this sealed segment cannot be read as such: header or footer are damaged, or the file is missing. Its records are read from the first on as far as they
    /// are sound. Null in order.
    /// </summary>
    public string? Fault { get; private init; }

    /// <summary>It need not be looked at again for compression: done, or not worth it.</summary>
    public bool IsCompressionSettled { get; set; }

    /// <summary>Bytes of the file that hold something: header, records, footer.</summary>
    public long UsedBytes { get; set; } = SegmentHeader.Bytes;

    /// <summary>Of the segment being written; null for sealed ones, whose footer has it.</summary>
    public SegmentIndex? Index { get; set; }

    public static string PathOf(string folder, long firstOffset) =>
        System.IO.Path.Combine(folder, firstOffset.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Segments of a folder in the order of their offsets, by name alone.</summary>
    public static List<(long FirstOffset, string Path)> List(string folder)
    {
        var found = new List<(long FirstOffset, string Path)>();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path);
            if (name.Length == 20 && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var firstOffset))
            {
                found.Add((firstOffset, path));
            }
        }

        found.Sort((left, right) => left.FirstOffset.CompareTo(right.FirstOffset));
        return found;
    }

    /// <summary>Lets readers see the records before <paramref name="position"/>.</summary>
    public void Publish(long position, long nextOffset, long lastTimestamp)
    {
        Volatile.Write(ref _readableBytes, position);
        Volatile.Write(ref _lastTimestamp, lastTimestamp);
        Volatile.Write(ref _nextOffset, nextOffset);
    }

    /// <summary>Where a reader that wants <paramref name="offset"/> begins.</summary>
    public uint FindPosition(long offset, SegmentFile file)
    {
        if (Index is { } index)
        {
            return index.Floor(offset);
        }

        if (Fault is not null)
        {
            return SegmentHeader.Bytes;
        }

        var footer = file.ReadFooter()
            ?? throw new CorruptLogException(Path, FirstOffset, "its footer, sound when the log was opened, cannot be read");
        var fromFooter = new SegmentIndex();
        fromFooter.CopyFrom(footer.Index);
        return fromFooter.Floor(offset);
    }

    /// <summary>
    /// A segment whose header or footer cannot be read, or one that takes the place of files that are missing: for a log that is opened all the same.
    /// </summary>
    /// <param name="nextOffset">Where the next segment begins.</param>
    /// <param name="lastTimestamp">Of the last record before it, or in it.</param>
    public static Segment Damaged(string path, long firstOffset, long nextOffset, long lastTimestamp, string fault)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        long size = 0;
        var header = new SegmentHeader(firstOffset, 0);
        if (File.Exists(path))
        {
            using var file = DiskFile.OpenRead(path);
            size = RandomAccess.GetLength(file);
            if (DiskFile.Read(file, bytes, 0) == SegmentHeader.Bytes)
            {
                var isSound = SegmentHeader.TryRead(bytes, out var found) is null;
                header = isSound ? found : new SegmentHeader(firstOffset, SegmentHeader.ReadSalt(bytes));
            }
        }

        var segment = new Segment(path, header with { FirstOffset = firstOffset })
        {
            Fault = fault, IsCompressed = header.IsCompressed, IsCompressionSettled = true, UsedBytes = size, FirstTimestamp = lastTimestamp,
        };
        segment.Publish(Math.Max(size, SegmentHeader.Bytes), nextOffset, lastTimestamp);
        return segment;
    }

    /// <summary>By its header; false where that cannot be told.</summary>
    public static bool IsFileCompressed(string path)
    {
        using var file = DiskFile.OpenRead(path);
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        var read = DiskFile.Read(file, bytes, 0);
        return SegmentHeader.TryRead(bytes[..read], out var header) is null && header.IsCompressed;
    }

    /// <summary>Reads header and footer of a segment that is not the last one.</summary>
    public static Segment OpenSealed(string path, long firstOffset)
    {
        using var file = DiskFile.OpenRead(path);
        var header = ReadHeader(file, path, firstOffset);
        var footer = SegmentFooter.TryReadAtEnd(file, header)
            ?? throw new CorruptLogException(path, firstOffset, "it is not the last segment and has no sound footer");
        return FromFooter(path, header, footer, RandomAccess.GetLength(file));
    }

    private static Segment FromFooter(string path, SegmentHeader header, SegmentFooter footer, long fileBytes)
    {
        var segment = new Segment(path, header) { IsCompressed = header.IsCompressed, FirstTimestamp = footer.FirstTimestamp, UsedBytes = fileBytes };
        segment.Publish(footer.RecordsEnd, footer.NextOffset, footer.LastTimestamp);
        return segment;
    }

    private static SegmentHeader ReadHeader(SafeFileHandle file, string path, long firstOffset)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        var read = DiskFile.Read(file, bytes, 0);
        var fault = SegmentHeader.TryRead(bytes[..read], out var header);
        if (fault is null && header.FirstOffset != firstOffset)
        {
            fault = $"its header says that it begins at {header.FirstOffset}";
        }

        return fault is null ? header : throw new CorruptLogException(path, firstOffset, fault);
    }
}
