namespace Roost.Cli.Qr;

/// <summary>Reed-Solomon codes over GF(256) with the polynomial 0x11D, as QR codes have them (section 7.5.2).</summary>
internal static class ReedSolomon
{
    private const int Polynomial = 0x11D;

    /// <summary>(x - 1)(x - a)...(x - a^(degree-1)), from the second highest coefficient on; the highest is 1.</summary>
    public static byte[] Divisor(int degree)
    {
        var result = new byte[degree];
        result[^1] = 1;
        byte root = 1;
        for (var factor = 0; factor < degree; factor++)
        {
            for (var place = 0; place < degree; place++)
            {
                result[place] = (byte)(Multiply(result[place], root) ^ (place + 1 < degree ? result[place + 1] : 0));
            }

            root = Multiply(root, 2);
        }

        return result;
    }

    public static byte[] Remainder(ReadOnlySpan<byte> data, byte[] divisor)
    {
        var result = new byte[divisor.Length];
        foreach (var value in data)
        {
            var factor = (byte)(value ^ result[0]);
            result.AsSpan(1).CopyTo(result);
            result[^1] = 0;
            for (var place = 0; place < result.Length; place++)
            {
                result[place] ^= Multiply(divisor[place], factor);
            }
        }

        return result;
    }

    private static byte Multiply(byte one, byte other)
    {
        var product = 0;
        for (var bit = 7; bit >= 0; bit--)
        {
            product = (product << 1) ^ ((product >> 7) * Polynomial);
            product ^= ((other >> bit) & 1) * one;
        }

        return (byte)product;
    }
}
