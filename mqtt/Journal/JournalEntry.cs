namespace Roost.Mqtt.Journal;

/// <summary>
/// Something whose present state stands in one record of the journal. Entries are linked in the order of those records, so that the
/// oldest record that still matters is known, and everything before it can be let go.
/// </summary>
internal abstract class JournalEntry
{
    private const int RefusedBit = 1 << 31;

    private int _recordBytesAndRefused; // both in one: there are very many waiting messages

    /// <summary>Offset of the record; -1 while there is none. The journal's.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Size of the record. The journal's.</summary>
    public int RecordBytes
    {
        get => _recordBytesAndRefused & ~RefusedBit;
        set => _recordBytesAndRefused = value | (_recordBytesAndRefused & RefusedBit);
    }

    /// <summary>The journal's.</summary>
    public JournalEntry? Older { get; set; }

    /// <summary>The journal's.</summary>
    public JournalEntry? Newer { get; set; }

    /// <summary>Its present state is in no record: that was refused, and is written anew when there is room again. The journal's.</summary>
    public bool IsRefused
    {
        get => _recordBytesAndRefused < 0;
        set => _recordBytesAndRefused = RecordBytes | (value ? RefusedBit : 0);
    }

    /// <summary>A record of it may stand in the log.</summary>
    public bool IsJournaled => Offset >= 0 || IsRefused;
}
