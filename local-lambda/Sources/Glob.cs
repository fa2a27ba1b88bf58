namespace Roost.LocalLambda.Sources;

/// <summary>Names of things and clients by a pattern: <c>*</c> stands for any characters, <c>?</c> for one. <c>+</c>, which neither kind of name may hold here, is taken for <c>*</c>.</summary>
internal static class Glob
{
    public static bool HasWildcards(string pattern) => pattern.AsSpan().ContainsAny("*?+");

    /// <summary>Takes no longer than the product of both lengths.</summary>
    public static bool IsMatch(string pattern, string text)
    {
        var (at, star, mark) = (0, -1, 0);
        for (var i = 0; i < text.Length;)
        {
            if (at < pattern.Length && pattern[at] is '*' or '+')
            {
                (star, mark) = (at++, i);
            }
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == text[i]))
            {
                (at, i) = (at + 1, i + 1);
            }
            else if (star >= 0)
            {
                (at, i) = (star + 1, ++mark); // the last star takes one character more
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(at).TrimStart("*+").IsEmpty;
    }
}
