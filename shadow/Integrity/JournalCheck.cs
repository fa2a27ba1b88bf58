using Roost.Shadow.Journal;
using Roost.Storage.Logs;

namespace Roost.Shadow.Integrity;

/// <summary>Reads the journal as it is now from its oldest record to its end, slice by slice, past what is damaged.</summary>
internal sealed class JournalCheck(ShadowJournal journal)
{
    private const int SliceRecords = 4096;
    private const int SliceBytes = 1024 * 1024;
    private const int MostSkippedAtOnce = 256;

    private readonly long _end = journal.Log.DurableOffset;
    private long _next = journal.Log.FirstOffset;
    private int _skip = 1;

    public long Records { get; private set; }

    /// <summary>Offsets that were passed over. Behind a damaged record reading goes on where the log's index has the next place, at most some 32 KiB further.</summary>
    public long Damaged { get; private set; }

    /// <summary>The first damage; null when there is none.</summary>
    public CorruptLogException? Damage { get; private set; }

    /// <returns>False when the end is reached.</returns>
    public bool ReadSlice()
    {
        using var reader = journal.Log.OpenReader(_next);
        try
        {
            if (_next >= _end || !reader.TryRead(SliceRecords, SliceBytes, out var records))
            {
                return false;
            }

            foreach (var record in records)
            {
                _next = record.Offset;
                journal.Decode(record);
                _next = record.Offset + 1;
                Records++;
            }

            _skip = 1;
        }
        catch (CorruptLogException exception)
        {
            Damage ??= exception;
            Damaged += _skip;
            _next = exception.Offset + _skip;
            _skip = Math.Min(2 * _skip, MostSkippedAtOnce);
        }

        return true;
    }
}
