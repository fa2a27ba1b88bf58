using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// Opens the last segment of a log: finds its end, and decides whether bytes that are no record are the rest of a write that
/// was cut short (cut them off) or damage to what had been acknowledged (refuse). The rule is in docs/formats/append-log.md.
/// </summary>
internal static class LastSegment
{
    /// <returns>Null where the file holds no more than the beginning of a header: the power went while it was being made. It is removed.</returns>
    public static SegmentWriter? Open(string path, long firstOffset, bool fillAhead, StorageMetrics.ForLog metrics, ILogger logger, out SegmentFooter? footer)
    {
        footer = null;
        var file = DiskFile.OpenWrite(path, FileMode.Open);
        try
        {
            var bytes = ReadAll(file);
            var fault = SegmentHeader.TryRead(bytes, out var header);
            if (fault is null && header.FirstOffset != firstOffset)
            {
                fault = $"its header says that it begins at {header.FirstOffset}";
            }

            if (fault is not null)
            {
                RefuseIfUsed(path, firstOffset, fault, bytes);
                file.Dispose();
                File.Delete(path);
                Log.SegmentBeginningRemoved(logger, path);
                return null;
            }

            return Scan(path, header, file, bytes, fillAhead, metrics, logger, out footer);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SegmentWriter Scan(string path, SegmentHeader header, SafeFileHandle file, byte[] bytes, bool fillAhead, StorageMetrics.ForLog metrics, ILogger logger, out SegmentFooter? footer)
    {
        var index = new SegmentIndex();
        var segment = new Segment(path, header);
        var next = header.FirstOffset;
        long lastTimestamp = 0;
        var position = SegmentHeader.Bytes;
        while (RecordFormat.IsSound(bytes.AsSpan(position), header.Salt) && RecordFormat.ReadOffset(bytes.AsSpan(position)) >= next)
        {
            var record = bytes.AsSpan(position);
            index.Add(RecordFormat.ReadOffset(record), (uint)position);
            next = RecordFormat.ReadOffset(record) + 1;
            lastTimestamp = RecordFormat.ReadTimestamp(record);
            segment.FirstTimestamp = segment.FirstTimestamp == 0 ? lastTimestamp : segment.FirstTimestamp;
            position += RecordFormat.ReadLength(record);
        }

        var rest = bytes.AsSpan(position);
        footer = SegmentFooter.TryRead(rest, (uint)position, header.Salt);
        var isClosed = footer is null && CloseMark.IsSound(rest, (uint)position, header.Salt);
        var used = position + (footer?.Bytes ?? (isClosed ? CloseMark.Bytes : 0));
        segment.Publish(position, next, lastTimestamp);
        if (bytes.AsSpan(used).ContainsAnyExcept((byte)0))
        {
            RefuseIfSynced(path, next, bytes, position, header.Salt);
            RandomAccess.SetLength(file, used);
            Log.TornTailCut(logger, path, bytes.Length - used, next);
        }

        if (!isClosed)
        {
            DiskFile.SyncData(file); // a killed process may have written, and not synced, what is now going to be served
        }

        return SegmentWriter.Resume(segment, file, index, isClosed, fillAhead, metrics);
    }

    /// <summary>
    /// Refuses where something behind <paramref name="position"/> shows that the bytes there had been synced. Nothing acknowledged is
    /// given up then: what was synced is whole, so what is not whole was not synced, and so not acknowledged.
    /// </summary>
    private static void RefuseIfSynced(string path, long next, byte[] bytes, int position, uint salt)
    {
        // What lies at position may have any length, so its successor may begin at any byte.
        for (var at = position + 1; at < bytes.Length; at++)
        {
            var source = bytes.AsSpan(at);
            if (IsLaterRecord(source, next, position, at, salt)
                || CloseMark.IsSound(source, (uint)at, salt)
                || SegmentFooter.TryRead(source, (uint)at, salt) is not null)
            {
                throw new CorruptLogException(path, next, $"the bytes at position {position} are no record, yet position {at} shows that they had been synced");
            }
        }
    }

    private static bool IsLaterRecord(ReadOnlySpan<byte> source, long next, int position, int at, uint salt) =>
        source.Length >= RecordFormat.HeaderBytes
        && RecordFormat.ReadSyncedTo(source) > position
        && RecordFormat.ReadSyncedTo(source) <= at
        && RecordFormat.ReadOffset(source) >= next
        && RecordFormat.IsSound(source, salt);

    /// <summary>A header is synced before anything is written behind it.</summary>
    private static void RefuseIfUsed(string path, long firstOffset, string fault, byte[] bytes)
    {
        if (bytes.Length > SegmentHeader.Bytes && bytes.AsSpan(SegmentHeader.Bytes).ContainsAnyExcept((byte)0))
        {
            throw new CorruptLogException(path, firstOffset, fault);
        }
    }

    private static byte[] ReadAll(SafeFileHandle file)
    {
        var bytes = new byte[RandomAccess.GetLength(file)];
        var read = DiskFile.Read(file, bytes, 0);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
