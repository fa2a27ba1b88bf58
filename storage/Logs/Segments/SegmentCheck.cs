using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>Reads a segment in slices and checks every checksum in it. Tells only whether it is sound; <see cref="SegmentExamination"/> tells what is not.</summary>
internal sealed class SegmentCheck : IDisposable
{
    private readonly Segment _segment;
    private readonly SegmentFile _file;
    private readonly SegmentFooter? _footer;
    private readonly long _end;
    private byte[] _buffer = [];
    private int _filled;
    private long _position = SegmentHeader.Bytes;
    private long _next;

    private SegmentCheck(Segment segment, SegmentFile file, SegmentFooter? footer, long end)
    {
        _segment = segment;
        _file = file;
        _footer = footer;
        _end = end;
        _next = segment.FirstOffset;
    }

    /// <returns>Null where header, footer or table of blocks are not sound.</returns>
    /// <param name="segment">May be the one being written: what readers may see now is checked.</param>
    /// <exception cref="FileNotFoundException">It was trimmed, or is missing.</exception>
    public static SegmentCheck? TryBegin(Segment segment)
    {
        if (segment.Fault is not null)
        {
            return null;
        }

        var end = segment.ReadableBytes;
        var isSealed = segment.Index is null;
        SegmentFile file;
        try
        {
            file = SegmentFile.Open(segment);
        }
        catch (CorruptLogException)
        {
            return null;
        }

        file.ForgetCached(); // the disk is to be asked, not the memory
        var footer = isSealed ? file.ReadFooter() : null;
        if (!file.HeaderIsSound || (isSealed && footer is null))
        {
            file.Dispose();
            return null;
        }

        return new SegmentCheck(segment, file, footer, footer?.RecordsEnd ?? end);
    }

    /// <summary>Checks the next slice of about <paramref name="bytes"/>.</summary>
    /// <param name="isSound">False where something does not match.</param>
    /// <returns>Bytes checked; 0 at the end.</returns>
    public int Step(int bytes, out bool isSound)
    {
        isSound = true;
        if (_position >= _end)
        {
            isSound = _footer is null || (_footer.NextOffset >= _next && _footer.RecordsEnd == _position);
            return 0;
        }

        Fill(bytes);
        var at = 0;
        while (at < _filled)
        {
            var record = _buffer.AsSpan(at, _filled - at);
            if (!RecordFormat.IsSound(record, _segment.Salt))
            {
                break; // cut by the end of the slice, or damaged
            }

            isSound &= RecordFormat.ReadOffset(record) >= _next;
            _next = RecordFormat.ReadOffset(record) + 1;
            at += RecordFormat.ReadLength(record);
        }

        _position += at;
        isSound &= at > 0;
        return at;
    }

    public void Dispose()
    {
        _file.ForgetCached();
        _file.Dispose();
    }

    /// <summary>Gets a slice, and where a record is longer than that all of it.</summary>
    private void Fill(int bytes)
    {
        Read(bytes);
        if (_filled >= sizeof(int) && RecordFormat.ReadLength(_buffer) is var length && length > _filled && _position + length <= _end)
        {
            Read(length);
        }
    }

    private void Read(int bytes)
    {
        bytes = (int)Math.Min(bytes, _end - _position);
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[bytes];
        }

        _filled = _file.Read(_buffer.AsSpan(0, bytes), _position);
    }
}
