namespace Roost.Storage.Logs;

/// <summary>One place in a log where what was stored does not read back.</summary>
/// <param name="Segment">Path of the file.</param>
/// <param name="Position">Byte in that file at which it begins; in a compressed segment that of the block.</param>
/// <param name="FirstOffset">The records that cannot be read: the first of them.</param>
/// <param name="NextOffset">The offset behind the last of them; equals <paramref name="FirstOffset"/> where no record is hit, only a header or a footer.</param>
/// <param name="Reason">What is wrong, without a full stop.</param>
public sealed record LogDamage(string Segment, long Position, long FirstOffset, long NextOffset, string Reason)
{
    /// <summary>Records that cannot be read; offsets that were never used may count among them.</summary>
    public long Records => NextOffset - FirstOffset;
}
