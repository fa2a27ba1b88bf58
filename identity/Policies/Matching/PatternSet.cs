namespace Roost.Identity.Policies.Matching;

/// <summary>Several patterns, sorted by what it takes to try them. Immutable; asking allocates nothing.</summary>
internal sealed class PatternSet
{
    private const int FewTexts = 4; // up to so many are compared faster than hashed

    private readonly string[] _few = [];
    private readonly HashSet<string>? _texts;
    private readonly string[] _prefixes;
    private readonly WildcardPattern[] _others;

    private readonly bool _sparesFilters;

    private PatternSet(IReadOnlyList<WildcardPattern> patterns, bool sparesFilters)
    {
        _sparesFilters = sparesFilters;
        Patterns = patterns;
        IsEverything = patterns.Any(pattern => pattern.IsEverything);
        var texts = patterns.Where(pattern => pattern.IsExact).Select(pattern => pattern.Code).ToHashSet(StringComparer.Ordinal);
        if (texts.Count > FewTexts)
        {
            _texts = texts;
        }
        else
        {
            _few = [.. texts];
        }

        _prefixes = [.. patterns.Select(pattern => pattern.Prefix).OfType<string>().Distinct(StringComparer.Ordinal)];
        _others = [.. patterns.Where(pattern => !pattern.IsExact && pattern.Prefix is null)];
    }

    public IReadOnlyList<WildcardPattern> Patterns { get; }

    public bool IsEmpty => Patterns.Count == 0;

    public bool IsEverything { get; }

    /// <param name="sparesFilters">See <see cref="WildcardPattern.Matches"/>.</param>
    public static PatternSet Of(IEnumerable<WildcardPattern> patterns, bool sparesFilters = false) =>
        new([.. patterns.DistinctBy(pattern => pattern.Code, StringComparer.Ordinal)], sparesFilters);

    public bool Matches(string text)
    {
        if (IsEverything)
        {
            return true;
        }

        foreach (var one in _few)
        {
            if (string.Equals(one, text))
            {
                return true;
            }
        }

        foreach (var prefix in _prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        if (_texts is not null && _texts.Contains(text))
        {
            return true;
        }

        foreach (var pattern in _others)
        {
            if (pattern.Matches(text, _sparesFilters))
            {
                return true;
            }
        }

        return false;
    }
}
