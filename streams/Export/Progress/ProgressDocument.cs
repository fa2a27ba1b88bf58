using System.Buffers.Binary;

namespace Roost.Streams.Export.Progress;

/// <summary>What is kept of an export beside its cursor. Layout: docs/formats/export-progress.md.</summary>
/// <param name="Paused">What an operator decided while the daemon ran; null: the configuration counts.</param>
/// <param name="Done">Ranges from the cursor on that are done.</param>
/// <param name="Planned">Batches whose bounds stand, and which are not done.</param>
internal sealed record ProgressDocument(bool? Paused, IReadOnlyList<OffsetRange> Done, IReadOnlyList<OffsetRange> Planned)
{
    /// <summary>Most ranges, done and planned together; what is beyond is left out, and would be sent once more after a crash.</summary>
    public const int MaxRanges = 250;

    public const int MaxBytes = FixedBytes + (MaxRanges * RangeBytes);

    private const byte Version = 1;
    private const int FixedBytes = 6;
    private const int RangeBytes = 16;

    public static ProgressDocument Empty { get; } = new(null, [], []);

    public IEnumerable<OffsetRange> All => Done.Concat(Planned);

    public ProgressDocument CutTo(long end) => new(Paused, [.. Done.Where(range => range.Next <= end)], [.. Planned.Where(range => range.Next <= end)]);

    public byte[] Encode()
    {
        var planned = Math.Min(Planned.Count, MaxRanges);
        var done = Math.Min(Done.Count, MaxRanges - planned);
        var bytes = new byte[FixedBytes + ((planned + done) * RangeBytes)];
        bytes[0] = Version;
        bytes[1] = Paused switch { null => 0, true => 1, false => 2 };
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)done);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), (ushort)planned);
        var at = FixedBytes;
        foreach (var range in Done.Take(done).Concat(Planned.Take(planned)))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), range.First);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 8), range.Next);
            at += RangeBytes;
        }

        return bytes;
    }

    /// <exception cref="InvalidDataException">It is of a later version, or no such document.</exception>
    public static ProgressDocument Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return Empty;
        }

        if (bytes[0] != Version)
        {
            throw new InvalidDataException($"The progress of the export is of version {bytes[0]}; this version of Roost reads version {Version}.");
        }

        int done = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), planned = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (bytes.Length != FixedBytes + ((done + planned) * RangeBytes))
        {
            throw new InvalidDataException($"The progress of the export has {bytes.Length} bytes, which does not fit the {done + planned} ranges it tells of.");
        }

        return new ProgressDocument(
            bytes[1] switch { 1 => true, 2 => false, _ => null },
            Ranges(bytes[FixedBytes..], done),
            Ranges(bytes[(FixedBytes + (done * RangeBytes))..], planned));
    }

    private static OffsetRange[] Ranges(ReadOnlySpan<byte> bytes, int count)
    {
        var ranges = new OffsetRange[count];
        for (var i = 0; i < count; i++)
        {
            ranges[i] = new OffsetRange(BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * RangeBytes)..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[((i * RangeBytes) + 8)..]));
        }

        return ranges;
    }
}
