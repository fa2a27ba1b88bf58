namespace Roost.Shadow.Watching;

/// <summary>Patterns in which <c>*</c> stands for any characters, none included, and everything else for itself.</summary>
internal static class Wildcard
{
    /// <summary>Takes time in proportion to both lengths at worst: only the last <c>*</c> is ever tried again.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, resume) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
