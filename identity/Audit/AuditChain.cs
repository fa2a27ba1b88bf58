namespace Roost.Identity.Audit;

/// <summary>The end of the chain: what the next record follows. A value, so that a write that failed costs nothing.</summary>
/// <param name="Sequence">Of the last record; -1: there is none.</param>
/// <param name="Hash">Of the last record.</param>
internal readonly record struct AuditChain(long Sequence, string Hash)
{
    /// <summary>Every record whose number divides by it is a checkpoint, and signed: who leaves one out is noticed.</summary>
    public const int CheckpointEvery = 256;

    public const string CheckpointAction = "audit.checkpoint";

    public static AuditChain Empty { get; } = new(-1, AuditHash.None);

    public bool NextIsCheckpoint => IsCheckpoint(Sequence + 1);

    public static bool IsCheckpoint(long sequence) => sequence % CheckpointEvery == 0;

    /// <summary>The next record, encoded, and the chain with it.</summary>
    public (byte[] Bytes, AuditChain Chain) Append(DateTimeOffset time, AuditEntry entry, long? count) =>
        Append(new AuditRecord { Time = time, Sequence = Sequence + 1, Previous = Hash, Entry = entry, Count = count });

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
        });

    private static (byte[] Bytes, AuditChain Chain) Append(AuditRecord record)
    {
        var bytes = AuditRecordCodec.Encode(record);
        return (bytes, new AuditChain(record.Sequence, AuditHash.Of(bytes)));
    }
}
