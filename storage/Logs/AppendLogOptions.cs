namespace Roost.Storage.Logs;

/// <summary>How one log stores. Checked by <see cref="AppendLog.Open"/>; a room binds and validates its own options and maps them to these.</summary>
public sealed class AppendLogOptions
{
    /// <summary>What metrics call the log; null: the name of its folder.</summary>
    public string? Name { get; init; }

    /// <summary>What an acknowledged record survives. Default: a power cut.</summary>
    public Durability Durability { get; init; } = Durability.PowerLoss;

    /// <summary>Size at which a segment is sealed and the next begun, 4 KiB to 1 GiB. Default 16 MiB. An eighth of <see cref="LogRetention.Bytes"/> where that is smaller.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Largest key, headers and payload of one record together, 1 byte to 256 MiB. Default 1 MiB. One larger than a segment gets a segment of its own.</summary>
    public int MaxRecordBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes that may wait for the disk before <see cref="AppendLog.AppendAsync"/> waits too. Default 8 MiB.
    /// <see cref="AppendLog.Append"/>, which cannot wait, refuses at four times as much.
    /// </summary>
    public int MaxPendingBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// How long the first record of a batch waits for others before the disk is waited for, so that many share a sync; their acknowledgements wait as long. Default 0: whatever has come
    /// while the disk was busy shares one. Only with <see cref="Durability.PowerLoss"/>, and no longer once a quarter of <see cref="MaxPendingBytes"/> waits.
    /// </summary>
    public TimeSpan Gather { get; init; }

    public LogRetention Retention { get; init; } = LogRetention.Unlimited;

    /// <summary>
    /// Records below this offset are history that nobody relies on: where sealed segments that hold only such records are damaged or
    /// missing, they and those before them are set aside when the log is opened. Default 0: every record is relied on, and damage refuses the log.
    /// </summary>
    public long NeededFrom { get; init; }

    /// <summary>
    /// Whether a log with damage is opened all the same: what is sound can be read up to the damage and, from an offset behind it, after it; it can be appended to; and
    /// <see cref="AppendLog.RepairAsync"/> gives up what is damaged. Default: no, damage refuses the log.
    /// </summary>
    public bool OpensDamaged { get; init; }

    /// <summary>How often every record is read again and its checksum compared, in the background. Default null: never.</summary>
    public TimeSpan? VerifyEvery { get; init; }

    /// <summary>
    /// Whether <see cref="AppendLog.TrimTo"/> also gives back the segment being written, once all of its 64 KiB or more, or three quarters of its 1 MiB
    /// or more, were trimmed. Default: no; it costs three syncs each time.
    /// </summary>
    public bool TrimsActiveSegment { get; init; }

    /// <summary>What the machine knows of time; tests have another.</summary>
    internal MachineTime Machine { get; init; } = MachineTime.Shared;

    /// <summary>Whether segments are compressed once they are sealed and another one after them. Default: never.</summary>
    public LogCompression Compression { get; init; }

    public LogFullPolicy Full { get; init; } = LogFullPolicy.DropOldest;

    /// <summary>What is out of bounds, with value and remedy; empty where all is well.</summary>
    internal IEnumerable<string> Faults()
    {
        if (SegmentBytes is < 4096 or > 1024 * 1024 * 1024)
        {
            yield return $"SegmentBytes is {SegmentBytes}; use 4,096 to 1,073,741,824.";
        }

        if (MaxRecordBytes is < 1 or > 256 * 1024 * 1024)
        {
            yield return $"MaxRecordBytes is {MaxRecordBytes}; use 1 to 268,435,456.";
        }

        if (MaxPendingBytes is < 4096 or > 256 * 1024 * 1024)
        {
            yield return $"MaxPendingBytes is {MaxPendingBytes}; use 4,096 to 268,435,456.";
        }

        if (Gather < TimeSpan.Zero || Gather > TimeSpan.FromHours(1))
        {
            yield return $"Gather is {Gather}; use zero to an hour.";
        }

        if (VerifyEvery < TimeSpan.FromMinutes(1))
        {
            yield return $"VerifyEvery is {VerifyEvery}; use a minute or more, or null.";
        }

        if (Retention.Bytes is < 1 || Retention.Records is < 1 || Retention.Age <= TimeSpan.Zero)
        {
            yield return $"Retention is {Retention}; each limit is more than zero, or null.";
        }
    }
}
