namespace Roost.Cli.Qr;

/// <summary>Bytes as the codewords of a QR code at level L: mode, length, data, padding, and the error correction of each block (sections 7.4 to 7.6).</summary>
internal static class QrData
{
    public const int MaxVersion = 40;
    private const int ByteMode = 4;

    // Table 9 of the standard for level L, from version 1: codewords of error correction in a block, and blocks.
    private static readonly byte[] s_correction = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30];
    private static readonly byte[] s_blocks = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25];

    /// <summary>Most bytes that a version holds.</summary>
    public static int CapacityOf(int version) => ((DataCodewords(version) * 8) - 4 - LengthBits(version)) / 8;

    /// <summary>Codewords that find room in a version, with error correction: modules less those of function patterns, by 8.</summary>
    public static int AllCodewords(int version)
    {
        var modules = (((16 * version) + 128) * version) + 64;
        if (version >= 2)
        {
            var alignments = (version / 7) + 2;
            modules -= (((25 * alignments) - 10) * alignments) - 55;
            modules -= version >= 7 ? 36 : 0;
        }

        return modules / 8;
    }

    public static byte[] ToCodewords(int version, ReadOnlySpan<byte> data)
    {
        var codewords = new byte[DataCodewords(version)];
        var bit = 0;
        Append(ByteMode, 4);
        Append(data.Length, LengthBits(version));
        foreach (var value in data)
        {
            Append(value, 8);
        }

        bit += Math.Min(4, (codewords.Length * 8) - bit); // the terminator is zeros
        bit = (bit + 7) / 8 * 8;
        for (var pad = 0xEC; bit < codewords.Length * 8; pad ^= 0xEC ^ 0x11)
        {
            Append(pad, 8);
        }

        return codewords;

        void Append(int value, int bits)
        {
            for (var place = bits - 1; place >= 0; place--, bit++)
            {
                codewords[bit >> 3] |= (byte)(((value >> place) & 1) << (7 - (bit & 7)));
            }
        }
    }

    /// <summary>Cuts the data into blocks, the shorter ones first, and takes a codeword of each in turn; so with their error correction.</summary>
    public static byte[] Interleave(int version, byte[] data)
    {
        var (blocks, correction, all) = (s_blocks[version - 1], s_correction[version - 1], AllCodewords(version));
        var shortLength = (all / blocks) - correction;
        var shortBlocks = blocks - (all % blocks);
        var divisor = ReedSolomon.Divisor(correction);
        var parts = new List<(byte[] Data, byte[] Correction)>();
        for (int block = 0, start = 0; block < blocks; block++)
        {
            var part = data[start..(start += shortLength + (block < shortBlocks ? 0 : 1))];
            parts.Add((part, ReedSolomon.Remainder(part, divisor)));
        }

        var result = new List<byte>(all);
        for (var place = 0; place <= shortLength; place++)
        {
            result.AddRange(parts.Where(part => place < part.Data.Length).Select(part => part.Data[place]));
        }

        for (var place = 0; place < correction; place++)
        {
            result.AddRange(parts.Select(part => part.Correction[place]));
        }

        return [.. result];
    }

    private static int DataCodewords(int version) => AllCodewords(version) - (s_correction[version - 1] * s_blocks[version - 1]);

    private static int LengthBits(int version) => version < 10 ? 8 : 16;
}
