using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// All of a segment's file in memory, as far as it can be read: compressed or not, by the positions at which its records were written, with zeros where
/// the disk, or a block, gives nothing. For what is damaged, where nothing that the file says of itself can be relied on.
/// </summary>
internal sealed class SegmentImage
{
    private const int ReadBytes = 64 * 1024;
    private const int SectorBytes = 4096;

    private readonly SortedList<long, long> _blocks = []; // position of records -> position in the file

    private SegmentImage(byte[] bytes, uint salt, SegmentFooter? footer, bool headerIsSound)
    {
        Bytes = bytes;
        Salt = salt;
        Footer = footer;
        HeaderIsSound = headerIsSound;
    }

    /// <summary>Of a file that is not there.</summary>
    public static SegmentImage Nothing { get; } = new([], 0, null, headerIsSound: false);

    public byte[] Bytes { get; }

    /// <summary>As it stands in the header, sound or not: if just that is damaged no record fits it, and if something else in the header is, all do.</summary>
    public uint Salt { get; }

    public SegmentFooter? Footer { get; }

    public bool HeaderIsSound { get; }

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SegmentImage Load(string path)
    {
        var file = ReadWhatCanBeRead(path);
        var headerIsSound = SegmentHeader.TryRead(file, out var header) is null;
        if (file.Length < SegmentHeader.Bytes)
        {
            return new SegmentImage(file, 0, null, headerIsSound: false);
        }

        var salt = SegmentHeader.ReadSalt(file);
        var isCompressed = headerIsSound ? header.IsCompressed : CompressedBlock.TryRead(file.AsSpan(SegmentHeader.Bytes), salt, new byte[CompressedBlock.Bytes], out _, out _) >= 0;
        var footer = ReadFooter(file, salt, isCompressed);
        return isCompressed ? Unpack(file, salt, footer, headerIsSound) : new SegmentImage(file, salt, footer, headerIsSound);
    }

    /// <summary>Where in the file that lies, or the block that holds it.</summary>
    public long FilePositionOf(long position)
    {
        var found = position;
        foreach (var (at, inFile) in _blocks)
        {
            if (at > position)
            {
                break;
            }

            found = at + CompressedBlock.Bytes > position ? inFile : position;
        }

        return found;
    }

    /// <summary>
    /// The least offset that is surely above every one in the segment, and above its first. Behind the last sound record there may be damaged ones: as many as fit what is there.
    /// </summary>
    public (long NextOffset, long LastTimestamp) EndOfRecords(long firstOffset, long timestamp)
    {
        if (Footer is { } footer)
        {
            return (Math.Max(footer.NextOffset, firstOffset + 1), footer.LastTimestamp);
        }

        var (position, next) = (SegmentHeader.Bytes, firstOffset);
        while (position < Bytes.Length && SegmentExamination.FindRecord(Bytes, position, next, Salt) is >= 0 and var at)
        {
            next = RecordFormat.ReadOffset(Bytes.AsSpan(at)) + 1;
            timestamp = RecordFormat.ReadTimestamp(Bytes.AsSpan(at));
            position = at + RecordFormat.ReadLength(Bytes.AsSpan(at));
        }

        var rest = Bytes.AsSpan(Math.Min(position, Bytes.Length));
        if (CloseMark.IsSound(rest, (uint)position, Salt))
        {
            return (Math.Max(CloseMark.ReadNextOffset(rest), firstOffset + 1), timestamp);
        }

        var used = rest.LastIndexOfAnyExcept((byte)0) + 1;
        return (Math.Max(firstOffset + 1, next + ((used + RecordFormat.HeaderBytes - 1) / RecordFormat.HeaderBytes)), timestamp);
    }

    private static SegmentFooter? ReadFooter(byte[] file, uint salt, bool isCompressed)
    {
        var length = file.Length < sizeof(int) ? 0 : BitConverter.ToInt32(file, file.Length - sizeof(int));
        var at = file.Length - length;
        return length <= 0 || at < SegmentHeader.Bytes ? null : SegmentFooter.TryRead(file.AsSpan(at), isCompressed ? null : (uint)at, salt);
    }

    /// <summary>Takes every block that is sound, wherever it lies: the table may be damaged, and a damaged block does not say how long it is.</summary>
    private static SegmentImage Unpack(byte[] file, uint salt, SegmentFooter? footer, bool headerIsSound)
    {
        var found = new SortedList<int, (int At, byte[] Content)>();
        var block = new byte[CompressedBlock.Bytes];
        for (var at = SegmentHeader.Bytes; at < file.Length;)
        {
            var length = CompressedBlock.TryRead(file.AsSpan(at), salt, block, out var number, out var stored);
            if (length < 0 || number < 0)
            {
                at++;
                continue;
            }

            found[number] = (at, block[..length]);
            at += stored;
        }

        var end = footer?.RecordsEnd ?? (found.Count == 0 ? SegmentHeader.Bytes : PositionOf(found.Keys[^1]) + found.Values[^1].Content.Length);
        var bytes = new byte[end];
        var image = new SegmentImage(bytes, salt, footer, headerIsSound);
        var behind = (long)SegmentHeader.Bytes;
        for (var number = 0; PositionOf(number) < end; number++)
        {
            var isThere = found.TryGetValue(number, out var content);
            if (isThere && PositionOf(number) + content.Content.Length <= end)
            {
                content.Content.CopyTo(bytes, PositionOf(number));
            }

            image._blocks.Add(PositionOf(number), isThere ? content.At : behind);
            behind = isThere ? content.At + content.Content.Length : behind;
        }

        return image;
    }

    private static long PositionOf(int block) => SegmentHeader.Bytes + ((long)block * CompressedBlock.Bytes);

    /// <summary>A sector that the disk does not give back is one of zeros here.</summary>
    private static byte[] ReadWhatCanBeRead(string path)
    {
        using var file = DiskFile.OpenRead(path);
        var bytes = new byte[RandomAccess.GetLength(file)];
        for (var at = 0; at < bytes.Length; at += ReadBytes)
        {
            var part = bytes.AsSpan(at, Math.Min(ReadBytes, bytes.Length - at));
            if (!TryRead(file, part, at))
            {
                for (var sector = 0; sector < part.Length; sector += SectorBytes)
                {
                    TryRead(file, part.Slice(sector, Math.Min(SectorBytes, part.Length - sector)), at + sector);
                }
            }
        }

        return bytes;
    }

    private static bool TryRead(SafeFileHandle file, Span<byte> target, long position)
    {
        try
        {
            DiskFile.Read(file, target, position);
            return true;
        }
        catch (IOException)
        {
            target.Clear();
            return false;
        }
    }
}
