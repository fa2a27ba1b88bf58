namespace Roost.Identity.Audit;

/// <summary>The end of the chain: what the next record follows. A value, so that a write that failed costs nothing.</summary>
/// <param name="Sequence">Of the last record; -1: there is none.</param>
/// <param name="Hash">Of the last record.</param>
internal readonly record struct AuditChain(long Sequence, string Hash)
{
    /// <summary>Every record whose number divides by it is a checkpoint, and signed: who leaves one out is noticed.</summary>
    public const int CheckpointEvery = 256;

    public const string CheckpointAction = "audit.checkpoint";

    /// <summary>A record that says what the daemon has found to be wrong when it started.</summary>
    public const string BrokenAction = "audit.broken";

    public static AuditChain Empty { get; } = new(-1, AuditHash.None);

    /// <summary>What the next record follows where the chain was found to be broken: no record has this hash, so that the place stays one for ever.</summary>
    public AuditChain Broken => this with { Hash = AuditHash.Broken };

    public bool NextIsCheckpoint => IsCheckpoint(Sequence + 1);

    public static bool IsCheckpoint(long sequence) => sequence % CheckpointEvery == 0;

    /// <summary>The next record, encoded, and the chain with it.</summary>
    public (byte[] Bytes, AuditChain Chain) Append(DateTimeOffset time, AuditEntry entry, long? count, AuditKey key) =>
        Append(new AuditRecord { Time = time, Sequence = Sequence + 1, Previous = Hash, Entry = entry, Count = count }, key);

    /// <summary>The next record as a checkpoint.</summary>
    public (byte[] Bytes, AuditChain Chain) AppendCheckpoint(DateTimeOffset time, AuditKey key) =>
        Append(new AuditRecord
        {
            Time = time,
            Sequence = Sequence + 1,
            Previous = Hash,
            Entry = new AuditEntry(CheckpointAction),
            Key = key.Id,
            Signature = key.Sign(Sequence, Hash),
        }, key);

    private static (byte[] Bytes, AuditChain Chain) Append(AuditRecord record, AuditKey key)
    {
        var bytes = AuditRecordCodec.Encode(record with { Mac = key.MacOf(record) });
        return (bytes, new AuditChain(record.Sequence, AuditHash.Of(bytes)));
    }
}
