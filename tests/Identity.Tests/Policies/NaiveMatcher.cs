namespace Roost.Identity.Tests.Policies;

/// <summary>Wildcards as anybody would write them down first: slow, and obviously right.</summary>
internal static class NaiveMatcher
{
    /// <param name="pattern"><c>*</c> and <c>?</c> are wildcards; nothing else is.</param>
    public static bool Matches(string pattern, string text) => Matches([.. pattern.EnumerateRunes().Select(rune => rune.ToString())], [.. text.EnumerateRunes().Select(rune => rune.ToString())]);

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> text)
    {
        if (pattern.IsEmpty)
        {
            return text.IsEmpty;
        }

        if (pattern[0] == "*")
        {
            return Matches(pattern[1..], text) || (!text.IsEmpty && Matches(pattern, text[1..]));
        }

        return !text.IsEmpty && (pattern[0] == "?" || pattern[0] == text[0]) && Matches(pattern[1..], text[1..]);
    }
}
