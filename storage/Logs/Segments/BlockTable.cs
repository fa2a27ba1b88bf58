using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>Where in the file of a compressed segment its blocks lie. Stands before the footer. Layout: docs/formats/append-log.md.</summary>
internal static class BlockTable
{
    private const uint Mark = 0x4C42_5452; // "RTBL"
    private const int FixedBytes = 12;
    private const int EntryBytes = 4;

    public static int BytesFor(int blocks) => FixedBytes + ((blocks + 1) * EntryBytes);

    /// <param name="positions">Of each block, and behind the last the end of all.</param>
    public static byte[] ToBytes(ReadOnlySpan<uint> positions, uint salt)
    {
        var bytes = new byte[BytesFor(positions.Length - 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), positions.Length - 1);
        for (var entry = 0; entry < positions.Length; entry++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(FixedBytes + (entry * EntryBytes)), positions[entry]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Compute(salt, bytes.AsSpan(8)));
        return bytes;
    }

    /// <summary>Reads the table that stands before <paramref name="footer"/>.</summary>
    /// <returns>Null where there is no sound one.</returns>
    public static uint[]? TryRead(SafeFileHandle file, SegmentFooter footer, uint salt)
    {
        var blocks = CompressedBlock.CountOf(footer.RecordsEnd);
        var bytes = new byte[BytesFor(blocks)];
        var at = RandomAccess.GetLength(file) - footer.Bytes - bytes.Length;
        if (at < SegmentHeader.Bytes
            || DiskFile.Read(file, bytes, at) != bytes.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Mark
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)) != Crc32C.Compute(salt, bytes.AsSpan(8))
            || BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) != blocks)
        {
            return null;
        }

        var positions = new uint[blocks + 1];
        for (var entry = 0; entry < positions.Length; entry++)
        {
            positions[entry] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(FixedBytes + (entry * EntryBytes)));
        }

        return positions;
    }
}
