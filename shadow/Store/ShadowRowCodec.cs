using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Store;

/// <summary>Between records and rows. What does not read back exactly as it was written is reported, never repaired.</summary>
internal static class ShadowRowCodec
{
    public static ShadowRow Encode(ShadowId id, ShadowRecord record)
    {
        byte[]? state = null;
        byte[]? times = null;
        if (record.State is { } sections)
        {
            state = StoredState.TextOf(sections);
            times = StoredState.TimesOf(sections);
        }

        return new ShadowRow(record.Version, record.UpdatedSeconds, state, times, Checksum(id, record.Version, record.UpdatedSeconds, state, times));
    }

    /// <exception cref="CorruptShadowException">The row is not what <see cref="Encode"/> made.</exception>
    public static ShadowRecord Decode(ShadowId id, ShadowRow row)
    {
        Verify(id, row);
        if (row.State is null)
        {
            return new ShadowRecord(row.Version, row.UpdatedSeconds, State: null);
        }

        try
        {
            return new ShadowRecord(row.Version, row.UpdatedSeconds, StoredState.Read(row.State, row.Times));
        }
        catch (FormatException exception)
        {
            throw new CorruptShadowException(id, row.Version, exception.Message, exception);
        }
    }

    /// <exception cref="CorruptShadowException">The row is not what <see cref="Encode"/> made.</exception>
    public static void Verify(ShadowId id, ShadowRow row)
    {
        if (Checksum(id, row.Version, row.UpdatedSeconds, row.State, row.Times) != row.Checksum)
        {
            throw new CorruptShadowException(id, row.Version, "its checksum does not match");
        }
    }

    // Lengths go in before contents, so that bytes cannot move from one column to the next unnoticed.
    private static uint Checksum(ShadowId id, long version, long updated, byte[]? state, byte[]? times)
    {
        var crc = uint.MaxValue;
        Span<byte> name = stackalloc byte[ShadowId.MaxThingLength]; // ASCII, as all names that an id can have
        crc = Add(crc, name[..Encoding.UTF8.GetBytes(id.Thing, name)], isNull: false);
        crc = Add(crc, name[..Encoding.UTF8.GetBytes(id.Name, name)], isNull: false);
        crc = BitOperations.Crc32C(crc, (ulong)version);
        crc = BitOperations.Crc32C(crc, (ulong)updated);
        crc = Add(crc, state, state is null);
        return ~Add(crc, times, times is null);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> rest, bool isNull)
    {
        crc = BitOperations.Crc32C(crc, (ulong)(isNull ? -1L : rest.Length));
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }

        foreach (var b in rest)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
