namespace Roost.Storage.Logs.Segments;

/// <summary>Where to begin looking for an offset: one entry for about every 32 KiB of records. Written by the committer, read by readers.</summary>
internal sealed class SegmentIndex
{
    /// <summary>A reader that enters at an offset passes over this much at most, some 10 us of checksums; 16 MiB of records need 512 entries (6 KiB).</summary>
    public const int Spacing = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly List<(long Offset, uint Position)> _entries = [];
    private long _nextEntryAt;

    /// <summary>Notes a record, if it lies far enough from the last one noted.</summary>
    public void Add(long offset, uint position)
    {
        if (position < _nextEntryAt)
        {
            return;
        }

        lock (_gate)
        {
            _entries.Add((offset, position));
        }

        _nextEntryAt = position + (long)Spacing;
    }

    /// <summary>Takes back what was noted at <paramref name="position"/> or behind it: its write failed.</summary>
    public void CutTo(uint position)
    {
        lock (_gate)
        {
            _entries.RemoveAll(entry => entry.Position >= position);
            _nextEntryAt = _entries.Count == 0 ? 0 : _entries[^1].Position + (long)Spacing;
        }
    }

    public void CopyFrom(IEnumerable<(long Offset, uint Position)> entries)
    {
        lock (_gate)
        {
            _entries.AddRange(entries);
        }
    }

    public (long Offset, uint Position)[] ToArray()
    {
        lock (_gate)
        {
            return _entries.ToArray();
        }
    }

    /// <summary>Position of a record at or before <paramref name="offset"/>.</summary>
    public uint Floor(long offset)
    {
        lock (_gate)
        {
            int low = 0, high = _entries.Count - 1;
            uint position = SegmentHeader.Bytes;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (_entries[middle].Offset <= offset)
                {
                    position = _entries[middle].Position;
                    low = middle + 1;
                }
                else
                {
                    high = middle - 1;
                }
            }

            return position;
        }
    }
}
