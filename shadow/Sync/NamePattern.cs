namespace Roost.Shadow.Sync;

/// <summary>A name in which <c>*</c> stands for any characters, or none.</summary>
internal sealed class NamePattern(string text)
{
    private readonly string[] _parts = text.Split('*');

    /// <summary>It matches one name only.</summary>
    public bool IsLiteral => _parts.Length == 1;

    public string Text => text;

    public bool Matches(ReadOnlySpan<char> name)
    {
        if (IsLiteral)
        {
            return name.SequenceEqual(text);
        }

        var (first, last) = (_parts[0], _parts[^1]);
        if (name.Length < first.Length + last.Length || !name.StartsWith(first) || !name.EndsWith(last))
        {
            return false;
        }

        var rest = name[first.Length..^last.Length];
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
