namespace Roost.LocalLambda.Definitions;

/// <summary>A name in which <c>*</c> stands for any characters, or none. Letters' case counts.</summary>
internal sealed class NamePattern(string text)
{
    /// <summary>What names hold besides letters and digits.</summary>
    public const string ThingMarks = ":_-";
    public const string ShadowMarks = "$:_-";

    private readonly string[] _parts = text.Split('*');

    /// <returns>Null for a pattern that can match a name, else what is wrong with it.</returns>
    public static string? FaultOf(string text, string marks, int maxLength) =>
        text.Length == 0 || text.Length > maxLength || text.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '*' && !marks.Contains(c))
            ? $"matches no name; use 1 to {maxLength} letters, digits, {string.Join(' ', marks.ToCharArray())} and * for any characters"
            : null;

    public bool Matches(string name)
    {
        if (_parts.Length == 1)
        {
            return name == _parts[0];
        }

        var (first, last) = (_parts[0], _parts[^1]);
        if (name.Length < first.Length + last.Length || !name.StartsWith(first, StringComparison.Ordinal) || !name.EndsWith(last, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = name.AsSpan(first.Length, name.Length - first.Length - last.Length);
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal); // the leftmost place leaves the most for the parts that follow
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
