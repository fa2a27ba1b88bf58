using System.Diagnostics.CodeAnalysis;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>Reads a log in order, from an offset on, and waits at its end. For one thread at a time.</summary>
/// <remarks>
/// It sees durable records only (written ones where the log's durability is less). Where the log has given up records that it
/// has not read yet, it goes on with the oldest kept and counts them in <see cref="SkippedRecords"/>.
/// </remarks>
public sealed class LogReader : IDisposable
{
    private const int LeastBufferBytes = 64 * 1024;
    private const int MostReadAheadBytes = 1024 * 1024;

    private readonly AppendLog _log;
    private readonly List<LogRecord> _records = [];

    // Where in which segment it stands, and the part of that segment in the buffer.
    private Segment? _segment;
    private SegmentFile? _file;
    private long _position;
    private byte[] _buffer = [];
    private long _bufferPosition;
    private int _bufferBytes;

    internal LogReader(AppendLog log, long fromOffset)
    {
        _log = log;
        NextOffset = fromOffset;
    }

    /// <summary>The next record read has this offset or a later one.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Offsets passed over because the log no longer had them when this reader came to them: trimmed, or lost to damage that was repaired.</summary>
    public long SkippedRecords { get; private set; }

    /// <summary>Waits until there is something to read, then reads like <see cref="TryRead"/>; never empty.</summary>
    /// <exception cref="CorruptLogException">Damage. The reader stays before it.</exception>
    /// <exception cref="ObjectDisposedException">The log was disposed.</exception>
    /// <exception cref="LogFailedException">At the end of a log whose disk failed: nothing will come.</exception>
    public async ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int maxRecords, int maxBytes, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (TryRead(maxRecords, maxBytes, out var records))
            {
                return records;
            }

            await _log.WaitReadableAsync(NextOffset, ct);
        }
    }

    /// <summary>Reads what is there, at least one record and at most <paramref name="maxRecords"/>; fewer than are there, as buffers and segments end.</summary>
    /// <param name="maxBytes">Most bytes of keys, headers and payloads together; one record that is larger is read all the same.</param>
    /// <param name="records">Valid until the next read of this reader, list and memories.</param>
    /// <returns>False at the end of the log.</returns>
    public bool TryRead(int maxRecords, int maxBytes, [NotNullWhen(true)] out IReadOnlyList<LogRecord>? records)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        _records.Clear();
        records = null;
        while (true)
        {
            var (first, end) = _log.Readable();
            if (NextOffset < first)
            {
                SkippedRecords += first - NextOffset;
                NextOffset = first;
                Leave();
            }

            if (NextOffset >= end)
            {
                if (ReadPending(maxRecords, maxBytes))
                {
                    records = _records;
                    return true;
                }

                // What was waiting for the disk a moment ago may have come to rest in a segment between the two looks.
                if (NextOffset >= _log.Readable().End)
                {
                    return false;
                }

                continue;
            }

            if ((_segment is not null || TryEnter()) && ReadSegment(maxRecords, maxBytes, end))
            {
                records = _records;
                return true;
            }
        }
    }

    public void Dispose() => Leave();

    /// <summary>Opens the segment of the next record; false where it was trimmed meanwhile.</summary>
    private bool TryEnter()
    {
        if (_log.FindSegment(NextOffset) is not { } segment)
        {
            return false;
        }

        try
        {
            _file = SegmentFile.Open(segment);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            _log.ThrowIfKept(segment, NextOffset, segment.Fault ?? "the file is missing");
            return false;
        }
        catch (CorruptLogException)
        {
            _log.NoteDamage(segment);
            throw;
        }

        _bufferBytes = 0;
        if (_file.Salt != segment.Salt)
        {
            Leave();
            _log.ThrowIfKept(segment, NextOffset, "another file has its name");
            return false; // repaired meanwhile: looked up again
        }

        try
        {
            _position = segment.FindPosition(NextOffset, _file);
            _segment = segment;
        }
        catch
        {
            Leave();
            throw;
        }

        return true;
    }

    private void Leave()
    {
        _file?.Dispose();
        _file = null;
        _segment = null;
        _bufferBytes = 0;
    }

    /// <summary>Collects records of the segment; leaves it, and returns false, where it has no more.</summary>
    private bool ReadSegment(int maxRecords, int maxBytes, long end)
    {
        var segment = _segment!;
        var isSealed = segment.Index is null; // looked up before the limit, which stays as it is from then on
        var limit = segment.ReadableBytes;
        end = isSealed ? Math.Min(end, segment.NextOffset) : end;
        var bytes = 0;
        while (_records.Count < maxRecords && _position < limit && NextOffset < end)
        {
            if (!TryBuffer(limit, maxBytes, out var source))
            {
                break; // what was collected lies in the buffer, which must not move now
            }

            if (!RecordFormat.IsSound(source.Span, segment.Salt))
            {
                if (_records.Count > 0)
                {
                    break; // the next read reports it
                }

                var (kind, position) = (_file!.IsCompressed ? "block" : "record", _file.FilePositionOf(_position));
                _log.NoteDamage(segment);
                Leave(); // a repaired file may take its place before the next read
                throw new CorruptLogException(segment.Path, NextOffset, $"the {kind} at position {position} does not match its checksum");
            }

            var length = RecordFormat.ReadLength(source.Span);
            var offset = RecordFormat.ReadOffset(source.Span);
            if (offset >= NextOffset)
            {
                bytes += length - RecordFormat.HeaderBytes;
                if (_records.Count > 0 && bytes > maxBytes)
                {
                    break;
                }

                SkippedRecords += _log.LostWithin(NextOffset, offset);
                _records.Add(RecordFormat.Read(source));
                NextOffset = offset + 1;
            }

            _position += length;
        }

        if (_records.Count == 0)
        {
            if (isSealed && _position >= limit && NextOffset < segment.NextOffset)
            {
                if (segment.Fault is { } fault)
                {
                    _log.NoteDamage(segment);
                    Leave();
                    throw new CorruptLogException(segment.Path, NextOffset, fault);
                }

                // Its last records were lost, and the log was repaired.
                SkippedRecords += _log.LostWithin(NextOffset, segment.NextOffset);
                NextOffset = segment.NextOffset;
            }

            Leave();
        }

        return _records.Count > 0;
    }

    /// <summary>Collects records that are not in a segment yet, where the log lets them be read.</summary>
    private bool ReadPending(int maxRecords, int maxBytes)
    {
        var bytes = _log.CopyPending(NextOffset, maxBytes, ref _buffer);
        if (bytes == 0)
        {
            return false;
        }

        Leave(); // where in a segment they will be is not known yet, and the buffer is no longer the segment's
        for (var at = 0; at < bytes && _records.Count < maxRecords; at += RecordFormat.ReadLength(_buffer.AsSpan(at)))
        {
            _records.Add(RecordFormat.Read(_buffer.AsMemory(at, bytes - at)));
        }

        NextOffset = _records[^1].Offset + 1;
        return true;
    }

    /// <summary>Gets the record at the position whole into the buffer.</summary>
    private bool TryBuffer(long limit, int maxBytes, out ReadOnlyMemory<byte> source)
    {
        source = Buffered();
        var length = source.Length < sizeof(int) ? int.MaxValue : RecordFormat.ReadLength(source.Span);
        if (length <= source.Length)
        {
            return true;
        }

        if (_records.Count > 0)
        {
            return false;
        }

        // A length beyond the readable end is damage, and shows as such: the buffer then holds all there is.
        var need = length == int.MaxValue ? RecordFormat.HeaderBytes : length;
        Fill(Math.Max(need, Math.Clamp(maxBytes, LeastBufferBytes, MostReadAheadBytes)), limit);
        source = Buffered();
        if (source.Length >= sizeof(int) && RecordFormat.ReadLength(source.Span) is var actual && actual > source.Length && _position + actual <= limit)
        {
            Fill(actual, limit);
            source = Buffered();
        }

        return true;
    }

    private ReadOnlyMemory<byte> Buffered()
    {
        var from = _position - _bufferPosition;
        return from < 0 || from >= _bufferBytes ? default : _buffer.AsMemory((int)from, _bufferBytes - (int)from);
    }

    private void Fill(int bytes, long limit)
    {
        bytes = (int)Math.Min(bytes, limit - _position);
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[bytes];
        }

        _bufferPosition = _position;
        _bufferBytes = _file!.Read(_buffer.AsSpan(0, bytes), _position);
    }
}
