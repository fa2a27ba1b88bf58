using System.Buffers.Binary;
using System.IO.Compression;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// A slice of a compressed segment: 64 KiB of what the segment was, compressed by itself, so that one can be read without those
/// before it, and damage to one costs no other. Layout: docs/formats/append-log.md.
/// </summary>
internal static class CompressedBlock
{
    /// <summary>Bytes of records in a block. Larger ones gain next to nothing, and each reader holds one: ADR 0130.</summary>
    public const int Bytes = 64 * 1024;

    public const int HeaderBytes = 16;

    /// <summary>Room for a block that does not shrink.</summary>
    public const int MostStoredBytes = HeaderBytes + Bytes;

    private const uint Mark = 0x4B4C_4252; // "RBLK"
    private const uint StoredAsIs = 0x8000_0000;

    // Knee of the sample in ADR 0130: as small as qualities 3 and 4, at several times their speed.
    private const int Quality = 2;
    private const int WindowBits = 16;

    /// <summary>Blocks of a segment whose records end at <paramref name="recordsEnd"/>.</summary>
    public static int CountOf(long recordsEnd) => (int)((recordsEnd - SegmentHeader.Bytes + Bytes - 1) / Bytes);

    /// <summary>The block in which a position lies, and how far inside.</summary>
    public static (int Block, int Within) Find(long position) =>
        ((int)((position - SegmentHeader.Bytes) / Bytes), (int)((position - SegmentHeader.Bytes) % Bytes));

    /// <summary>Bytes of records in one block of them.</summary>
    public static int LengthOf(int block, long recordsEnd) =>
        (int)Math.Min(Bytes, recordsEnd - SegmentHeader.Bytes - ((long)block * Bytes));

    /// <summary>Writes the block into <paramref name="target"/>, which has <see cref="MostStoredBytes"/>; returns its length.</summary>
    public static int Write(Span<byte> target, int block, ReadOnlySpan<byte> source, uint salt)
    {
        var flag = 0u;
        if (!BrotliEncoder.TryCompress(source, target.Slice(HeaderBytes, source.Length), out var stored, Quality, WindowBits))
        {
            source.CopyTo(target[HeaderBytes..]);
            (stored, flag) = (source.Length, StoredAsIs);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(target, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], block);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], (uint)stored | flag);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Crc32C.Compute(salt, target[8..(HeaderBytes + stored)]));
        return HeaderBytes + stored;
    }

    /// <summary>Reads a sound block into <paramref name="target"/>.</summary>
    /// <param name="source">From the block's first byte on; more may follow.</param>
    /// <param name="block">Its number.</param>
    /// <param name="storedBytes">Its length in the file.</param>
    /// <returns>Bytes of records, or -1 where there is no sound block.</returns>
    public static int TryRead(ReadOnlySpan<byte> source, uint salt, Span<byte> target, out int block, out int storedBytes)
    {
        (block, storedBytes) = (-1, 0);
        if (source.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(source) != Mark)
        {
            return -1;
        }

        var field = BinaryPrimitives.ReadUInt32LittleEndian(source[12..]);
        var stored = (int)(field & ~StoredAsIs);
        if (stored > Bytes || stored > source.Length - HeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != Crc32C.Compute(salt, source[8..(HeaderBytes + stored)]))
        {
            return -1;
        }

        block = BinaryPrimitives.ReadInt32LittleEndian(source[8..]);
        storedBytes = HeaderBytes + stored;
        var content = source[HeaderBytes..storedBytes];
        if ((field & StoredAsIs) == 0)
        {
            return BrotliDecoder.TryDecompress(content, target, out var length) ? length : -1;
        }

        if (stored > target.Length)
        {
            return -1;
        }

        content.CopyTo(target);
        return stored;
    }
}
