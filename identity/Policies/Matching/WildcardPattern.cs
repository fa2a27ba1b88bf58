namespace Roost.Identity.Policies.Matching;

/// <summary>One pattern of a policy, its variables filled in. Immutable.</summary>
/// <param name="code">See <see cref="PatternCode"/>.</param>
internal sealed class WildcardPattern(string code)
{
    private readonly int _head = code.AsSpan().IndexOfAny(PatternCode.Any, PatternCode.One) is var end and >= 0 ? end : code.Length;

    public string Code { get; } = code;

    /// <summary>It matches its own text and nothing else.</summary>
    public bool IsExact => _head == Code.Length;

    /// <summary>It matches every text.</summary>
    public bool IsEverything => Code.Length > 0 && !Code.AsSpan().ContainsAnyExcept(PatternCode.Any);

    /// <summary>What every text begins with that it matches, where that says all about it; null: it does not.</summary>
    public string? Prefix => _head == Code.Length - 1 && Code[^1] == PatternCode.Any ? Code[..^1] : null;

    /// <summary>What every text begins with that it matches.</summary>
    public ReadOnlySpan<char> Head => Code.AsSpan(0, _head);

    /// <summary>
    /// Goes back to the last <c>*</c> only, as what stands before it has been found at the earliest place: at most the text's length times that of the longest
    /// part between two <c>*</c>.
    /// </summary>
    /// <param name="sparesFilters">Whether a <c>?</c> matches neither <c>+</c> nor <c>#</c>, which in a topic filter are no characters of a name.</param>
    public bool Matches(ReadOnlySpan<char> text, bool sparesFilters = false)
    {
        var pattern = Code.AsSpan();
        if (!text.StartsWith(Head))
        {
            return false;
        }

        int at = _head, place = _head, star = -1, retry = 0;
        while (place < text.Length)
        {
            if (at < pattern.Length && pattern[at] == PatternCode.Any)
            {
                star = ++at;
                retry = place;
                if (at == pattern.Length)
                {
                    return true;
                }

                if (!TryFind(text, pattern[star..], ref retry))
                {
                    return false;
                }

                place = retry;
                continue;
            }

            if (at < pattern.Length && pattern[at] == PatternCode.One && (!sparesFilters || text[place] is not ('+' or '#')))
            {
                place += LengthAt(text, place);
                at++;
                continue;
            }

            if (at < pattern.Length && pattern[at] == text[place])
            {
                place++;
                at++;
                continue;
            }

            if (star < 0)
            {
                return false;
            }

            retry += LengthAt(text, retry);
            if (!TryFind(text, pattern[star..], ref retry))
            {
                return false;
            }

            place = retry;
            at = star;
        }

        while (at < pattern.Length && pattern[at] == PatternCode.Any)
        {
            at++;
        }

        return at == pattern.Length;
    }

    /// <summary>What is left to match of a text behind <paramref name="prefix"/>: none where it cannot begin so, several where a <c>*</c> may end in it.</summary>
    /// <param name="prefix">ASCII.</param>
    public IEnumerable<WildcardPattern> Behind(string prefix)
    {
        if (Head.StartsWith(prefix))
        {
            return [new WildcardPattern(Code[prefix.Length..])]; // as most do
        }

        if (!prefix.AsSpan().StartsWith(Head))
        {
            return [];
        }

        var places = new SortedSet<int> { 0 };
        foreach (var unit in prefix)
        {
            var next = new SortedSet<int>();
            foreach (var place in Reached(places))
            {
                if (place < Code.Length && Code[place] == PatternCode.Any)
                {
                    next.Add(place);
                }
                else if (place < Code.Length && (Code[place] == unit || Code[place] == PatternCode.One))
                {
                    next.Add(place + 1);
                }
            }

            places = next;
        }

        return places.Select(place => new WildcardPattern(Code[place..]));
    }

    public override string ToString() => PatternCode.Show(Code);

    /// <summary>With the places behind each <c>*</c>, which may match nothing.</summary>
    private SortedSet<int> Reached(SortedSet<int> places)
    {
        var all = new SortedSet<int>(places);
        foreach (var start in places)
        {
            for (var place = start; place < Code.Length && Code[place] == PatternCode.Any; place++)
            {
                all.Add(place + 1);
            }
        }

        return all;
    }

    /// <summary>Goes on to where a text begins as the part of a pattern behind a <c>*</c> does.</summary>
    private static bool TryFind(ReadOnlySpan<char> text, ReadOnlySpan<char> part, ref int place)
    {
        var literal = part.IndexOfAny(PatternCode.Any, PatternCode.One) is var end and >= 0 ? part[..end] : part;
        if (literal.Length == 0)
        {
            return true;
        }

        var found = place <= text.Length ? text[place..].IndexOf(literal) : -1; // vectorized, and never within a character: no literal begins with half of one
        place += found;
        return found >= 0;
    }

    private static int LengthAt(ReadOnlySpan<char> text, int place) =>
        char.IsHighSurrogate(text[place]) && place + 1 < text.Length && char.IsLowSurrogate(text[place + 1]) ? 2 : 1;
}
