namespace Roost.LocalLambda.Code.Zip;

/// <summary>The checksum of zip (ISO 3309, reflected polynomial EDB88320), which .NET computes but does not show. Eight bytes a step, with a table for each.</summary>
internal static class Crc32
{
    private const int Step = 8;

    private static readonly uint[] s_table = Table();

    /// <param name="checksum">0, or the checksum of what went before.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            crc ^= BitConverter.ToUInt32(bytes);
            crc = s_table[(7 * 256) + (byte)crc] ^ s_table[(6 * 256) + (byte)(crc >> 8)] ^ s_table[(5 * 256) + (byte)(crc >> 16)] ^ s_table[(4 * 256) + (crc >> 24)]
                ^ s_table[(3 * 256) + bytes[4]] ^ s_table[(2 * 256) + bytes[5]] ^ s_table[256 + bytes[6]] ^ s_table[bytes[7]];
        }

        foreach (var value in bytes)
        {
            crc = s_table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] Table()
    {
        var table = new uint[Step * 256];
        for (uint value = 0; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }

            table[value] = crc;
        }

        for (var i = 256; i < table.Length; i++)
        {
            table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        }

        return table;
    }
}
