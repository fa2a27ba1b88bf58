using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Store;

/// <summary>Between records and rows. What does not read back exactly as it was written is reported, never repaired.</summary>
internal static class ShadowRowCodec
{
    // Deeper than any configured limit, so that a limit lowered later does not make old documents unreadable.
    private const int MaxStoredDepth = 2 * ShadowOptionsValidator.MostDepth;

    private static readonly JsonReaderOptions Nested = new() { MaxDepth = MaxStoredDepth + 2 };

    public static ShadowRow Encode(ShadowId id, ShadowRecord record)
    {
        byte[]? state = null;
        byte[]? times = null;
        if (record.State is { } sections)
        {
            var writer = new PayloadWriter();
            MessageWriter.Sections(writer, sections.Desired, sections.Reported, metadata: false);
            state = writer.Take();
            var leaves = new List<long>();
            sections.Desired?.AddTimestamps(leaves);
            sections.Reported?.AddTimestamps(leaves);
            times = LeafTimes.Encode(leaves);
        }

        return new ShadowRow(record.Version, record.UpdatedSeconds, state, times, Checksum(id, record.Version, record.UpdatedSeconds, state, times));
    }

    /// <exception cref="CorruptShadowException">The row is not what <see cref="Encode"/> made.</exception>
    public static ShadowRecord Decode(ShadowId id, ShadowRow row)
    {
        if (Checksum(id, row.Version, row.UpdatedSeconds, row.State, row.Times) != row.Checksum)
        {
            throw new CorruptShadowException(id, "its checksum does not match");
        }

        if (row.State is null)
        {
            return new ShadowRecord(row.Version, row.UpdatedSeconds, State: null);
        }

        var times = LeafTimes.Decode(row.Times ?? []) ?? throw new CorruptShadowException(id, "its times are cut off");
        var values = new StateReader(MaxStoredDepth, now: 0, times);
        StateObject? desired = null;
        StateObject? reported = null;
        try
        {
            var reader = new Utf8JsonReader(row.State, Nested);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isDesired = reader.ValueTextEquals("desired"u8);
                reader.Read();
                var section = values.Read(ref reader) as StateObject;
                (desired, reported) = isDesired ? (section, reported) : (desired, section);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new CorruptShadowException(id, "its state is not JSON", exception);
        }

        return values.LeavesRead == times.Count && !values.TooDeep
            ? new ShadowRecord(row.Version, row.UpdatedSeconds, new ShadowState(desired, reported))
            : throw new CorruptShadowException(id, $"it has {values.LeavesRead} values and {times.Count} times");
    }

    // Lengths go in before contents, so that bytes cannot move from one column to the next unnoticed.
    private static uint Checksum(ShadowId id, long version, long updated, byte[]? state, byte[]? times)
    {
        var crc = uint.MaxValue;
        crc = Add(crc, Encoding.UTF8.GetBytes(id.Thing));
        crc = Add(crc, Encoding.UTF8.GetBytes(id.Name));
        crc = BitOperations.Crc32C(crc, (ulong)version);
        crc = BitOperations.Crc32C(crc, (ulong)updated);
        crc = Add(crc, state);
        return ~Add(crc, times);
    }

    private static uint Add(uint crc, byte[]? column)
    {
        crc = BitOperations.Crc32C(crc, (ulong)(column?.Length ?? -1L));
        var rest = column.AsSpan();
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
