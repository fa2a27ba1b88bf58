using System.Globalization;

namespace Roost.Storage;

/// <summary>A number of bytes as people write it: <c>256KiB</c> (1,024), <c>10MB</c> (1,000), <c>4096</c>.</summary>
public static class ByteSize
{
    public const string Remedy = "write a whole number of bytes, or with kB, MB, GB, KiB, MiB or GiB, like 256KiB";

    private static readonly (string Suffix, long Factor)[] _units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        var (digits, factor) = (text, 1L);
        foreach (var unit in _units)
        {
            if (text.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                (digits, factor) = (text[..^unit.Suffix.Length].TrimEnd(), unit.Factor);
                break;
            }
        }

        bytes = 0;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / factor)
        {
            return false;
        }

        bytes = number * factor;
        return true;
    }

    /// <summary>The largest binary unit that divides the number, else plain bytes: what <see cref="TryParse"/> reads back.</summary>
    public static string Format(long bytes)
    {
        foreach (var (suffix, factor) in _units.Take(4).Reverse())
        {
            if (bytes != 0 && bytes % factor == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor}{suffix}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
