using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>Writes the last segment of a log. Used by the committer only.</summary>
/// <remarks>
/// A failed write leaves it where it was: whatever reached the file is cut off again. A failed sync leaves it unusable, see
/// <see cref="LogFailedException"/>.
/// </remarks>
internal sealed class SegmentWriter : IDisposable
{
    /// <summary>
    /// Zeros written ahead of small commits, so that most of them write over space that the file system has already allotted
    /// and their sync need not commit metadata too (1.7 times the sync rate): ADR 0011.
    /// </summary>
    private const int FillAheadBytes = 64 * 1024;

    /// <summary>With commits above this the zeros would cost more than the metadata they save.</summary>
    private const int FillAheadBelow = 16 * 1024;

    private static readonly byte[] Zeros = new byte[FillAheadBytes];

    private readonly SafeFileHandle _file;
    private readonly SegmentIndex _index;
    private readonly StorageMetrics.ForLog _metrics;
    private readonly bool _fillAhead;
    private long _fileEnd;       // zeros or less: everything from _end to here may be written over
    private long _end;           // end of the records
    private long _syncedTo;      // everything before this is on the disk
    private long _nextOffset;
    private long _lastTimestamp;
    private long _meanCommitBytes;

    private SegmentWriter(Segment segment, SafeFileHandle file, SegmentIndex index, bool fillAhead, StorageMetrics.ForLog metrics)
    {
        Segment = segment;
        segment.Index = index;
        segment.UsedBytes = segment.ReadableBytes;
        _file = file;
        _index = index;
        _fillAhead = fillAhead;
        _metrics = metrics;
        _end = segment.ReadableBytes;
        _syncedTo = _end;
        _fileEnd = RandomAccess.GetLength(file);
        _nextOffset = segment.NextOffset;
        _lastTimestamp = segment.LastTimestamp;
    }

    public Segment Segment { get; }

    public bool IsSealed { get; private set; }

    /// <summary>Whether the file on disk ends with a close mark.</summary>
    public bool IsClosed { get; private set; }

    public bool IsEmpty => _end == SegmentHeader.Bytes;

    /// <summary>End of the records written, synced or not.</summary>
    public long End => _end;

    public long NextOffset => _nextOffset;

    /// <summary>Stands in the records written now: proof, once they are read back, that what lies before was synced.</summary>
    public uint SyncedTo => (uint)_syncedTo;

    /// <summary>Makes a new segment; it and its name are on the disk when this returns.</summary>
    public static SegmentWriter Create(string folder, long firstOffset, bool fillAhead, StorageMetrics.ForLog metrics)
    {
        var path = Segment.PathOf(folder, firstOffset);
        var header = new SegmentHeader(firstOffset, NewSalt());
        var file = DiskFile.OpenWrite(path, FileMode.Create);
        try
        {
            var bytes = new byte[SegmentHeader.Bytes];
            header.Write(bytes);
            RandomAccess.Write(file, bytes, 0);
            metrics.Written(bytes.Length);
            DiskFile.SyncData(file);
            DiskFile.SyncFolder(folder);
            metrics.Synced(2);
            return new SegmentWriter(new Segment(path, header), file, new SegmentIndex(), fillAhead, metrics);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Goes on with a segment whose records end at its <see cref="Segment.ReadableBytes"/>.</summary>
    public static SegmentWriter Resume(Segment segment, SafeFileHandle file, SegmentIndex index, bool isClosed, bool fillAhead, StorageMetrics.ForLog metrics) =>
        new(segment, file, index, fillAhead, metrics) { IsClosed = isClosed };

    /// <summary>Notes a record of the chunk that <see cref="Write"/> writes next.</summary>
    public void Index(long offset, long position) => _index.Add(offset, (uint)position);

    /// <summary>Writes whole, stamped records behind the last one.</summary>
    public void Write(ReadOnlySpan<byte> chunk, long nextOffset, long firstTimestamp, long lastTimestamp)
    {
        IsClosed = false;
        var end = _end + chunk.Length;
        try
        {
            RandomAccess.Write(_file, chunk, _end);
        }
        catch (IOException)
        {
            CutToEnd();
            throw;
        }

        _metrics.Written(chunk.Length);
        if (Segment.FirstTimestamp == 0)
        {
            Segment.FirstTimestamp = firstTimestamp;
        }

        _meanCommitBytes += (chunk.Length - _meanCommitBytes) / 4;
        _end = end;
        _nextOffset = nextOffset;
        _lastTimestamp = lastTimestamp;
        if (end > _fileEnd)
        {
            _fileEnd = end;
            if (_fillAhead && _meanCommitBytes < FillAheadBelow)
            {
                FillAhead();
            }
        }
    }

    /// <summary>Waits for the disk.</summary>
    public void Sync()
    {
        var began = StorageMetrics.ForLog.Now;
        DiskFile.SyncData(_file);
        _metrics.Synced(began);
        _syncedTo = _end;
    }

    /// <summary>Lets readers see what was written.</summary>
    public void Publish()
    {
        Segment.UsedBytes = _end;
        Segment.Publish(_end, _nextOffset, _lastTimestamp);
    }

    /// <summary>Writes the footer, gives back the space behind it, waits for the disk, and lets readers see everything.</summary>
    public void Seal()
    {
        SyncRecords(); // a footer is proof that the records before it were synced
        var footer = new SegmentFooter((uint)_end, _nextOffset, Segment.FirstTimestamp, _lastTimestamp, _index.ToArray());
        var bytes = footer.ToBytes(Segment.Salt);
        try
        {
            RandomAccess.Write(_file, bytes, _end);
        }
        catch (IOException)
        {
            CutToEnd();
            throw;
        }

        _metrics.Written(bytes.Length);
        RandomAccess.SetLength(_file, _end + bytes.Length);
        Sync();
        IsSealed = true;
        Publish();
        Segment.UsedBytes = _end + bytes.Length;
        Segment.Index = null;
    }

    /// <summary>Syncs what was written, then marks the end as one reached in order.</summary>
    public void Close()
    {
        if (IsSealed || IsClosed)
        {
            return;
        }

        SyncRecords();
        Span<byte> mark = stackalloc byte[CloseMark.Bytes];
        CloseMark.Write(mark, (uint)_end, _nextOffset, Segment.Salt);
        RandomAccess.Write(_file, mark, _end);
        RandomAccess.SetLength(_file, _end + CloseMark.Bytes);
        _metrics.Written(CloseMark.Bytes);
        Sync();
        IsClosed = true;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Four random bytes of the kernel's generator. RandomNumberGenerator would load OpenSSL for them, which costs 5 MiB (ADR 0074).</summary>
    internal static uint NewSalt()
    {
        Span<byte> random = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(random);
        return BitConverter.ToUInt32(random);
    }

    private void SyncRecords()
    {
        if (_syncedTo < _end)
        {
            Sync();
        }
    }

    /// <summary>Removes the rest of a write that failed, lest it be taken for something after the next, shorter one.</summary>
    private void CutToEnd()
    {
        RandomAccess.SetLength(_file, _end);
        _fileEnd = _end;
        _index.CutTo((uint)_end);
    }

    private void FillAhead()
    {
        try
        {
            RandomAccess.Write(_file, Zeros, _end);
            _fileEnd = _end + Zeros.Length;
            _metrics.Written(Zeros.Length);
        }
        catch (IOException exception) when (DiskFile.IsFull(exception))
        {
            // The records are written; only their successors will be slower.
            RandomAccess.SetLength(_file, _end);
        }
    }
}
