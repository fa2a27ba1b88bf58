namespace Roost.Mqtt.Journal;

/// <summary>The records that still matter, oldest first: what is before the first of them can be trimmed.</summary>
internal sealed class LiveRecords
{
    private JournalEntry? _newest;

    public JournalEntry? Oldest { get; private set; }

    /// <summary>Size of the records that matter.</summary>
    public long Bytes { get; private set; }

    /// <summary>The present state of <paramref name="entry"/> stands in a new record, the newest of all.</summary>
    public void MoveToEnd(JournalEntry entry, long offset, int bytes)
    {
        Remove(entry);
        entry.Offset = offset;
        entry.RecordBytes = bytes;
        entry.Older = _newest;
        if (_newest is null)
        {
            Oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }

        _newest = entry;
        Bytes += bytes;
    }

    public void Remove(JournalEntry entry)
    {
        if (entry.Offset < 0)
        {
            return;
        }

        if (entry.Older is null)
        {
            Oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }

        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }

        Bytes -= entry.RecordBytes;
        entry.Older = null;
        entry.Newer = null;
        entry.Offset = -1;
    }
}
