using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>What is sound in a damaged segment, and what exactly is not. Reads the file whole.</summary>
internal sealed class SegmentExamination
{
    private readonly List<LogDamage> _damage = [];
    private readonly List<(int At, int Length)> _records = [];

    private readonly bool _isSealed;
    private readonly long _nextOffset;
    private readonly long _readableBytes;

    private SegmentExamination(Segment segment, SegmentImage image, bool isSealed, long nextOffset, long readableBytes)
    {
        _isSealed = isSealed;
        _nextOffset = nextOffset;
        _readableBytes = readableBytes;
        Segment = segment;
        Image = image;
    }

    public Segment Segment { get; }

    public SegmentImage Image { get; }

    /// <summary>Empty where everything is sound.</summary>
    public IReadOnlyList<LogDamage> Damage => _damage;

    /// <summary>The sound records, where they lie in the image.</summary>
    public IReadOnlyList<(int At, int Length)> Records => _records;

    /// <param name="segment">Also one that takes the place of what is missing, or the one being written: then what readers may see.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SegmentExamination Of(Segment segment)
    {
        var isSealed = segment.Index is null; // looked up before the others, which stay as they are from then on
        var (next, readable) = (segment.NextOffset, segment.ReadableBytes);
        if (!File.Exists(segment.Path))
        {
            var missing = new SegmentExamination(segment, SegmentImage.Nothing, isSealed, next, readable);
            missing._damage.Add(new LogDamage(segment.Path, 0, segment.FirstOffset, segment.NextOffset, "the file is missing"));
            return missing;
        }

        var examination = new SegmentExamination(segment, SegmentImage.Load(segment.Path), isSealed, next, readable);
        examination.Run();
        return examination;
    }

    /// <summary>Where the next sound record begins at or behind <paramref name="position"/>; -1 without one.</summary>
    public static int FindRecord(byte[] bytes, int position, long least, uint salt)
    {
        for (var at = position; at <= bytes.Length - RecordFormat.HeaderBytes; at++)
        {
            var source = bytes.AsSpan(at);
            if (RecordFormat.ReadLength(source) >= RecordFormat.HeaderBytes
                && RecordFormat.ReadSyncedTo(source) <= at
                && RecordFormat.ReadOffset(source) is var offset && offset >= least && offset - least <= int.MaxValue
                && RecordFormat.IsSound(source, salt))
            {
                return at;
            }
        }

        return -1;
    }

    private void Run()
    {
        if (!Image.HeaderIsSound)
        {
            Add(0, Segment.FirstOffset, Segment.FirstOffset, "the header is damaged");
        }

        var bytes = Image.Bytes;
        var end = Image.Footer is { } footer ? (int)footer.RecordsEnd : (int)(_isSealed ? bytes.Length : Math.Min(bytes.Length, _readableBytes));
        var (position, next) = (SegmentHeader.Bytes, Segment.FirstOffset);
        while (position < end && next < _nextOffset)
        {
            var at = FindRecord(bytes, position, next, Image.Salt);
            var offset = at < 0 ? _nextOffset : RecordFormat.ReadOffset(bytes.AsSpan(at));
            if (at != position)
            {
                Add(position, next, Math.Min(offset, _nextOffset), "the records do not match their checksums");
            }

            if (at < 0 || offset >= _nextOffset)
            {
                next = _nextOffset;
                break;
            }

            var length = RecordFormat.ReadLength(bytes.AsSpan(at));
            _records.Add((at, length));
            (position, next) = (at + length, offset + 1);
        }

        if (next < _nextOffset && Image.Footer?.NextOffset != next)
        {
            Add(position, next, _nextOffset, "the file ends too soon");
        }

        if (_isSealed && Image.Footer is null)
        {
            Add(position, _nextOffset, _nextOffset, "the footer is damaged");
        }
        else if (_isSealed && Segment.IsCompressed && !TableIsSound())
        {
            Add(position, _nextOffset, _nextOffset, "the table of blocks is damaged");
        }
    }

    private bool TableIsSound()
    {
        using var file = DiskFile.OpenRead(Segment.Path);
        return BlockTable.TryRead(file, Image.Footer!, Image.Salt) is not null;
    }

    private void Add(long position, long first, long next, string reason) =>
        _damage.Add(new LogDamage(Segment.Path, Image.FilePositionOf(position), first, next, reason));
}
