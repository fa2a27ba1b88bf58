using System.Buffers.Binary;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// Stands behind the last record of a log that was closed in order, and says that everything before it was synced: so what
/// does not read back is damage, not a torn write. The next append writes over it.
/// </summary>
internal static class CloseMark
{
    public const int Bytes = 20;

    /// <summary>In place of a record's length; a length is never negative.</summary>
    public const int Mark = unchecked((int)0xFFFF_FFFE);

    public static void Write(Span<byte> target, uint position, long nextOffset, uint salt)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, Mark);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], position);
        BinaryPrimitives.WriteInt64LittleEndian(target[12..], nextOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Compute(salt, target[8..Bytes]));
    }

    public static bool IsSound(ReadOnlySpan<byte> source, uint position, uint salt) =>
        source.Length >= Bytes
        && BinaryPrimitives.ReadInt32LittleEndian(source) == Mark
        && BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) == Crc32C.Compute(salt, source[8..Bytes])
        && BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) == position;

    public static long ReadNextOffset(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadInt64LittleEndian(source[12..]);
}
