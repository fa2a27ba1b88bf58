namespace Roost.Cli.Qr;

/// <summary>Puts patterns, codewords and mask where they belong (sections 6.3, 7.7 to 7.10).</summary>
internal static class QrGrid
{
    private const int FormatOfLevelL = 1;

    /// <returns>[row, column], true for dark.</returns>
    public static bool[,] Draw(int version, byte[] codewords)
    {
        var size = (version * 4) + 17;
        var (modules, isFunction) = (new bool[size, size], new bool[size, size]);
        DrawPatterns(version, size, modules, isFunction);
        DrawCodewords(size, codewords, modules, isFunction);
        bool[,]? best = null;
        var least = int.MaxValue;
        for (var mask = 0; mask < 8; mask++)
        {
            var masked = Mask(modules, isFunction, mask, size);
            DrawFormat(masked, mask, size);
            if (QrPenalty.Of(masked) is var penalty && penalty < least)
            {
                (best, least) = (masked, penalty);
            }
        }

        return best!;
    }

    private static void DrawPatterns(int version, int size, bool[,] modules, bool[,] isFunction)
    {
        for (var place = 0; place < size; place++)
        {
            Set(6, place, place % 2 == 0);
            Set(place, 6, place % 2 == 0);
        }

        Finder(3, 3);
        Finder(3, size - 4);
        Finder(size - 4, 3);
        var centres = AlignmentCentres(version, size);
        foreach (var row in centres)
        {
            foreach (var column in centres)
            {
                if (!((row == 6 && (column == 6 || column == size - 7)) || (row == size - 7 && column == 6)))
                {
                    Square(row, column, 2, static distance => distance != 1);
                }
            }
        }

        for (var place = 0; place < 9; place++) // kept for the format
        {
            Reserve(8, place);
            Reserve(place, 8);
            if (place < 8)
            {
                Reserve(8, size - 1 - place);
                Reserve(size - 1 - place, 8);
            }
        }

        Set(size - 8, 8, isDark: true);
        if (version >= 7)
        {
            var bits = (version << 12) | Remainder(version, 12, 0x1F25);
            for (var bit = 0; bit < 18; bit++)
            {
                Set(size - 11 + (bit % 3), bit / 3, ((bits >> bit) & 1) != 0);
                Set(bit / 3, size - 11 + (bit % 3), ((bits >> bit) & 1) != 0);
            }
        }

        void Set(int row, int column, bool isDark) => (modules[row, column], isFunction[row, column]) = (isDark, true);

        void Reserve(int row, int column) => isFunction[row, column] = true;

        void Finder(int row, int column) => Square(row, column, 4, static distance => distance is not (2 or 4));

        void Square(int row, int column, int radius, Func<int, bool> isDark)
        {
            for (var y = -radius; y <= radius; y++)
            {
                for (var x = -radius; x <= radius; x++)
                {
                    if (row + y >= 0 && row + y < size && column + x >= 0 && column + x < size)
                    {
                        Set(row + y, column + x, isDark(Math.Max(Math.Abs(x), Math.Abs(y))));
                    }
                }
            }
        }
    }

    private static int[] AlignmentCentres(int version, int size)
    {
        if (version == 1)
        {
            return [];
        }

        var count = (version / 7) + 2;
        var step = version == 32 ? 26 : ((version * 4) + (count * 2) + 1) / ((count * 2) - 2) * 2; // 32 is the standard's exception
        return [6, .. Enumerable.Range(0, count - 1).Select(place => size - 7 - (place * step)).Reverse()];
    }

    /// <summary>Two columns at a time from the right, up and down by turns, beside the vertical timing pattern.</summary>
    private static void DrawCodewords(int size, byte[] codewords, bool[,] modules, bool[,] isFunction)
    {
        var bit = 0;
        for (var right = size - 1; right >= 1; right -= 2)
        {
            right -= right == 6 ? 1 : 0;
            var isUpward = ((right + 1) & 2) == 0;
            for (var step = 0; step < size; step++)
            {
                var row = isUpward ? size - 1 - step : step;
                for (var column = right; column > right - 2; column--)
                {
                    if (!isFunction[row, column] && bit < codewords.Length * 8)
                    {
                        modules[row, column] = ((codewords[bit >> 3] >> (7 - (bit & 7))) & 1) != 0;
                        bit++;
                    }
                }
            }
        }
    }

    private static bool[,] Mask(bool[,] modules, bool[,] isFunction, int mask, int size)
    {
        var masked = (bool[,])modules.Clone();
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                masked[row, column] ^= !isFunction[row, column] && IsInverted(mask, row, column);
            }
        }

        return masked;
    }

    // Table 10
    private static bool IsInverted(int mask, int row, int column) => mask switch
    {
        0 => (row + column) % 2 == 0,
        1 => row % 2 == 0,
        2 => column % 3 == 0,
        3 => (row + column) % 3 == 0,
        4 => ((row / 2) + (column / 3)) % 2 == 0,
        5 => (row * column % 2) + (row * column % 3) == 0,
        6 => ((row * column % 2) + (row * column % 3)) % 2 == 0,
        _ => (((row + column) % 2) + (row * column % 3)) % 2 == 0,
    };

    private static void DrawFormat(bool[,] modules, int mask, int size)
    {
        var data = (FormatOfLevelL << 3) | mask;
        var bits = ((data << 10) | Remainder(data, 10, 0x537)) ^ 0x5412;
        for (var bit = 0; bit < 15; bit++)
        {
            var isDark = ((bits >> bit) & 1) != 0;
            var (row, column) = bit switch { < 6 => (bit, 8), 6 => (7, 8), 7 => (8, 8), 8 => (8, 7), _ => (8, 14 - bit) };
            modules[row, column] = isDark;
            (row, column) = bit < 8 ? (8, size - 1 - bit) : (size - 15 + bit, 8);
            modules[row, column] = isDark;
        }
    }

    /// <summary>Of a BCH code.</summary>
    private static int Remainder(int data, int bits, int generator)
    {
        var remainder = data;
        for (var step = 0; step < bits; step++)
        {
            remainder = (remainder << 1) ^ ((remainder >> (bits - 1)) * generator);
        }

        return remainder;
    }
}
