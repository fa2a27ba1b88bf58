using Roost.Storage.Files;

namespace Roost.Storage.Logs;

/// <summary>Freeing what all readers are done with.</summary>
public sealed partial class AppendLog
{
    /// <summary>Below it the segment being written is not worth another one: sealing it and making the next cost three syncs.</summary>
    private const int LeastTrimmedBytes = 64 * 1024;

    /// <summary>A segment of which a part is still needed is sealed from this size on: then the syncs are a hundredth of what was written.</summary>
    private const int LeastPartlyTrimmedBytes = 1024 * 1024;

    // Guarded by the gate.
    private long _trimTo;
    private long _givenUpBytes; // of the segment being written, which is going to be sealed and freed: they do not count as used

    /// <summary>
    /// Frees the segments that hold only records below <paramref name="offset"/>. Quick: the files are removed by the committer.
    /// Records up to the end of the segment being written stay, and so may some below <paramref name="offset"/>; with
    /// <see cref="AppendLogOptions.TrimsActiveSegment"/> the committer begins another segment, so that little stays.
    /// </summary>
    public void TrimTo(long offset)
    {
        lock (_gate)
        {
            _trimTo = Math.Max(_trimTo, Math.Min(offset, _nextOffset));
            DropTrimmed();
            if (_options.TrimsActiveSegment && !_writer.IsSealed && IsWorthSealing())
            {
                _givenUpBytes = _trimTo >= _writer.Segment.NextOffset ? _writer.Segment.UsedBytes : 0;
                _housekeepingDue = true;
            }

            if ((_trimmed.Count > 0 || _housekeepingDue) && !_disposed)
            {
                _housekeepingDue = true;
                WakeCommitter();
            }
        }
    }

    /// <summary>In the gate.</summary>
    private void DropTrimmed()
    {
        while (_segments.Count > 1 && _segments[1].FirstOffset <= _trimTo)
        {
            DropFirst();
        }
    }

    /// <summary>Whether all of the segment being written was trimmed, or most of it and it is large. In the gate.</summary>
    private bool IsWorthSealing()
    {
        var active = _writer.Segment;
        var used = active.ReadableBytes;
        return used >= LeastTrimmedBytes
            && (_trimTo >= active.NextOffset
                || (used >= LeastPartlyTrimmedBytes && active.Index is { } index && index.Floor(_trimTo) >= used / 4 * 3));
    }

    /// <summary>Committer only.</summary>
    private void SealTrimmed()
    {
        lock (_gate)
        {
            if (!_options.TrimsActiveSegment || _failure is not null || _writer.IsSealed || !IsWorthSealing())
            {
                _givenUpBytes = 0;
                return;
            }
        }

        try
        {
            Roll();
        }
        catch (IOException exception) when (DiskFile.IsFull(exception))
        {
            // Tried again with the next trim; the records are only kept for longer.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception);
        }

        lock (_gate)
        {
            _givenUpBytes = 0;
            DropTrimmed();
        }
    }
}
