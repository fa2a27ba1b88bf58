using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>The first 32 bytes of a segment; synced before any record is written. Layout: docs/formats/append-log.md.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SegmentHeader(long FirstOffset, uint Salt, bool IsCompressed = false)
{
    public const int Bytes = 32;

    public const int NewestVersion = Compressed;

    private const int Plain = 1;
    private const int Compressed = 2;

    private static ReadOnlySpan<byte> Magic => "ROOSTLOG"u8;

    public void Write(Span<byte> target)
    {
        target = target[..Bytes];
        target.Clear();
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], IsCompressed ? Compressed : Plain);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], FirstOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], Crc32C.Compute(0, target[..28]));
    }

    /// <summary>The salt as it stands there, whether the header is sound or not.</summary>
    public static uint ReadSalt(ReadOnlySpan<byte> source) => BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);

    /// <returns>The format's version, known or not; null where this is no sound header.</returns>
    public static int? ReadVersion(ReadOnlySpan<byte> source) =>
        source.Length >= Bytes && source.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(source[28..]) == Crc32C.Compute(0, source[..28])
            ? BinaryPrimitives.ReadInt32LittleEndian(source[8..])
            : null;

    /// <returns>Null where it is sound, else what is wrong with it.</returns>
    public static string? TryRead(ReadOnlySpan<byte> source, out SegmentHeader header)
    {
        header = default;
        if (source.Length < Bytes || !source.StartsWith(Magic))
        {
            return "the file does not begin with a segment header";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source[28..]) != Crc32C.Compute(0, source[..28]))
        {
            return "the checksum of the segment header does not match";
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(source[8..]);
        if (version is not (Plain or Compressed))
        {
            return $"the segment has format version {version}, and this Roost knows {Plain} and {Compressed}";
        }

        header = new SegmentHeader(BinaryPrimitives.ReadInt64LittleEndian(source[16..]), BinaryPrimitives.ReadUInt32LittleEndian(source[12..]), version == Compressed);
        return null;
    }
}
