using System.Text;

namespace Roost.Identity.Policies.Matching;

/// <summary>
/// How a pattern is written down once its variables are filled in: its characters, and for the wildcards two code points that Unicode will never give to a
/// character. What came out of a variable can thus not become a wildcard, whatever is in it.
/// </summary>
internal static class PatternCode
{
    /// <summary>Any characters, or none: <c>*</c>.</summary>
    public const char Any = '\uFFFF';

    /// <summary>One character, which may be two UTF-16 code units: <c>?</c>.</summary>
    public const char One = '\uFFFE';

    /// <summary>Whether a text may stand in a pattern as it is: well-formed UTF-16 without the two code points above and U+0000, which no topic can hold.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.ContainsAny(Any, One, '\0'))
        {
            return false;
        }

        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var taken) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[taken..];
        }

        return true;
    }

    /// <summary>As policies have it, so that people can read it; what is literal and looks like a wildcard stands as <c>${*}</c>.</summary>
    public static string Show(string code)
    {
        var text = new StringBuilder(code.Length);
        foreach (var unit in code)
        {
            _ = unit switch
            {
                Any => text.Append('*'),
                One => text.Append('?'),
                '*' => text.Append("${*}"),
                '?' => text.Append("${?}"),
                _ => text.Append(unit),
            };
        }

        return text.ToString();
    }
}
