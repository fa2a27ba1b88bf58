using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>
/// Reads what is sound in the folder of a log that is damaged, before and behind the damage, and changes nothing. For whom a part is better than nothing;
/// <see cref="AppendLog"/> itself never passes over damage.
/// </summary>
/// <remarks>
/// Nothing is guessed: a record counts only with its checksum, which the segment's salt keeps from being forged, and in the order of offsets. Behind damage the next one
/// is looked for at each byte. Records of a write that was not finished may be among them.
/// </remarks>
public sealed class LogSalvage
{
    private readonly int _maxRecordBytes;
    private long _next = -1;

    /// <param name="maxRecordBytes">As in the log's <see cref="AppendLogOptions"/>: what says that it is longer is none.</param>
    public LogSalvage(int maxRecordBytes) => _maxRecordBytes = maxRecordBytes;

    /// <summary>Stretches of bytes passed over that hold something and are no sound record, segments that cannot be read included.</summary>
    public int DamagedParts { get; private set; }

    /// <summary>How many offsets are missing between the sound records that were read.</summary>
    public long MissingRecords { get; private set; }

    /// <summary>The sound records of a folder, in their order; their memories stay valid. One segment is in memory at a time.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public IEnumerable<LogRecord> Read(string folder)
    {
        foreach (var (firstOffset, path) in Segment.List(folder))
        {
            foreach (var record in ReadSegment(path, firstOffset))
            {
                yield return record;
            }
        }
    }

    /// <summary>The record at <paramref name="offset"/> of one segment; null where it is damaged itself.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LogRecord? Find(string segment, long offset, int maxRecordBytes)
    {
        foreach (var record in new LogSalvage(maxRecordBytes).ReadSegment(segment, 0))
        {
            if (record.Offset >= offset)
            {
                return record.Offset == offset ? record : null;
            }
        }

        return null;
    }

    private IEnumerable<LogRecord> ReadSegment(string path, long firstOffset)
    {
        var image = SegmentImage.Load(path);
        var bytes = image.Bytes;
        if (bytes.Length < SegmentHeader.Bytes)
        {
            DamagedParts += bytes.AsSpan().ContainsAnyExcept((byte)0) ? 1 : 0;
            yield break;
        }

        var salt = image.Salt;
        DamagedParts += image.HeaderIsSound ? 0 : 1;
        var least = Math.Max(_next, firstOffset);
        var position = SegmentHeader.Bytes;
        while (true)
        {
            var (at, found) = Next(bytes, position, least, salt);
            NoteSkipped(bytes.AsSpan(position, at - position));
            if (!found)
            {
                NoteEnd(bytes, at, salt);
                yield break;
            }

            var length = RecordFormat.ReadLength(bytes.AsSpan(at));
            var record = RecordFormat.Read(bytes.AsMemory(at, length));
            MissingRecords += _next >= 0 ? record.Offset - _next : 0;
            _next = least = record.Offset + 1;
            position = at + length;
            yield return record;
        }
    }

    /// <summary>Where the next sound record begins, or, without one, where what is no record begins.</summary>
    private (int At, bool Found) Next(byte[] bytes, int position, long least, uint salt)
    {
        for (var at = position; at <= bytes.Length - RecordFormat.HeaderBytes; at++)
        {
            var source = bytes.AsSpan(at);
            var length = RecordFormat.ReadLength(source);
            if (length >= RecordFormat.HeaderBytes
                && length - RecordFormat.HeaderBytes <= _maxRecordBytes
                && RecordFormat.ReadSyncedTo(source) <= at
                && RecordFormat.ReadOffset(source) is var offset && offset >= least && offset - least <= int.MaxValue
                && RecordFormat.IsSound(source, salt))
            {
                return (at, true);
            }
        }

        return (position, false);
    }

    private void NoteSkipped(ReadOnlySpan<byte> skipped) => DamagedParts += skipped.ContainsAnyExcept((byte)0) ? 1 : 0;

    /// <summary>Behind the last record a footer, a close mark, zeros or nothing are in order.</summary>
    private void NoteEnd(byte[] bytes, int at, uint salt)
    {
        var rest = bytes.AsSpan(at);
        var end = SegmentFooter.TryRead(rest, (uint)at, salt)?.Bytes ?? (CloseMark.IsSound(rest, (uint)at, salt) ? CloseMark.Bytes : 0);
        NoteSkipped(rest[end..]);
    }
}
