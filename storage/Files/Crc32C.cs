using System.Buffers.Binary;
using System.Numerics;

namespace Roost.Storage.Files;

/// <summary>CRC-32C (Castagnoli, as in RFC 3720). Hardware on x64 and arm64, a table elsewhere: <see cref="BitOperations"/> chooses.</summary>
internal static class Crc32C
{
    /// <param name="seed">0, or the checksum of what went before, or a salt.</param>
    public static uint Compute(uint seed, ReadOnlySpan<byte> bytes)
    {
        var crc = ~seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
