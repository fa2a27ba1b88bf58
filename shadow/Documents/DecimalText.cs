using System.Buffers.Text;
using System.Globalization;

namespace Roost.Shadow.Documents;

/// <summary>Compares JSON numbers by value without a detour over double, which would call 2^53 and 2^53 + 1 equal.</summary>
internal static class DecimalText
{
    private const int MaxLongDigits = 18;

    /// <summary>True for 1 and 1.0, 100 and 1e2, 0 and -0. An exponent beyond 64 bits equals only its own spelling.</summary>
    public static bool ValueEquals(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return true;
        }

        Span<byte> leftDigits = left.Length <= 256 ? stackalloc byte[left.Length] : new byte[left.Length];
        Span<byte> rightDigits = right.Length <= 256 ? stackalloc byte[right.Length] : new byte[right.Length];
        return TryNormalize(left, leftDigits, out var a) && TryNormalize(right, rightDigits, out var b)
            && a.Exponent == b.Exponent && a.Negative == b.Negative
            && leftDigits[..a.Count].SequenceEqual(rightDigits[..b.Count]);
    }

    /// <summary>Which is greater, by value; null where an exponent is beyond 64 bits.</summary>
    public static int? Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        // Whole numbers of few digits are most of them.
        if (left.Length <= MaxLongDigits && right.Length <= MaxLongDigits
            && Utf8Parser.TryParse(left, out long a, out var read) && read == left.Length && Utf8Parser.TryParse(right, out long b, out read) && read == right.Length)
        {
            return a.CompareTo(b);
        }

        Span<byte> leftDigits = left.Length <= 256 ? stackalloc byte[left.Length] : new byte[left.Length];
        Span<byte> rightDigits = right.Length <= 256 ? stackalloc byte[right.Length] : new byte[right.Length];
        if (!TryNormalize(left, leftDigits, out var x) || !TryNormalize(right, rightDigits, out var y))
        {
            return null;
        }

        var (xSign, ySign) = (Sign(x), Sign(y));
        if (xSign != ySign || xSign == 0)
        {
            return xSign.CompareTo(ySign);
        }

        var magnitude = x.Exponent != y.Exponent ? x.Exponent.CompareTo(y.Exponent) : leftDigits[..x.Count].SequenceCompareTo(rightDigits[..y.Count]);
        return xSign * magnitude;

        static int Sign((int Count, long Exponent, bool Negative) number) => number.Count == 0 ? 0 : number.Negative ? -1 : 1;
    }

    /// <summary>Brings a number to the form 0.DIGITS * 10^Exponent, DIGITS without zeros at either end; zero has no digits.</summary>
    private static bool TryNormalize(ReadOnlySpan<byte> text, Span<byte> digits, out (int Count, long Exponent, bool Negative) number)
    {
        var negative = text[0] == '-';
        var mantissa = negative ? text[1..] : text;
        var exponent = 0L;
        var e = mantissa.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            if (!long.TryParse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || exponent is < long.MinValue / 2 or > long.MaxValue / 2)
            {
                number = default;
                return false;
            }

            mantissa = mantissa[..e];
        }

        var point = mantissa.IndexOf((byte)'.');
        exponent += point < 0 ? mantissa.Length : point;
        var count = 0;
        foreach (var c in mantissa)
        {
            if (c == '.' || (c == '0' && count == 0))
            {
                exponent -= c == '0' ? 1 : 0; // a leading zero moves the point
                continue;
            }

            digits[count++] = c;
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        number = count == 0 ? (0, 0, false) : (count, exponent, negative);
        return true;
    }
}
