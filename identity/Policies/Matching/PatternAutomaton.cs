using System.Text;

namespace Roost.Identity.Policies.Matching;

/// <summary>Several patterns, read one code point at a time, all at once. A state is the set of places that have been reached in them, in order.</summary>
internal sealed class PatternAutomaton
{
    /// <summary>Of all patterns together, so that a place is a char of a key.</summary>
    public const int MostTokens = 16 * 1024;

    private const int Any = -1;
    private const int One = -2;
    private const int End = -3;

    private readonly List<int> _tokens = [];
    private readonly List<int> _starts = [];

    /// <param name="patterns">Each of at most <see cref="MostTokens"/> together.</param>
    public PatternAutomaton(IEnumerable<WildcardPattern> patterns)
    {
        foreach (var pattern in patterns)
        {
            _starts.Add(_tokens.Count);
            foreach (var rune in pattern.Code.EnumerateRunes())
            {
                _tokens.Add(rune.Value switch { PatternCode.Any => Any, PatternCode.One => One, var literal => literal });
            }

            _tokens.Add(End);
        }
    }

    public bool IsTooLarge => _tokens.Count > MostTokens;

    public IReadOnlyList<int> Start => Closed(_starts);

    /// <summary>Code points that stand in the patterns.</summary>
    public IEnumerable<int> Literals => _tokens.Where(token => token >= 0);

    /// <summary>Code points with which it matters how a topic goes on.</summary>
    public IEnumerable<int> NextOf(IReadOnlyList<int> state) => state.Select(place => _tokens[place]).Where(token => token >= 0);

    public IReadOnlyList<int> Step(IReadOnlyList<int> state, int rune)
    {
        var next = new List<int>(state.Count);
        foreach (var place in state)
        {
            if (_tokens[place] == Any)
            {
                next.Add(place);
            }
            else if (_tokens[place] == One || _tokens[place] == rune)
            {
                next.Add(place + 1);
            }
        }

        return Closed(next);
    }

    public bool Accepts(IReadOnlyList<int> state) => state.Any(place => _tokens[place] == End);

    /// <summary>Whether one of the patterns matches however the topic goes on.</summary>
    public bool AcceptsAllThatFollows(IReadOnlyList<int> state) => state.Any(place => _tokens[place] == Any && _tokens[place + 1] == End);

    public static string Key(int place, IReadOnlyList<int> state)
    {
        var key = new StringBuilder(state.Count + 2).Append((char)place).Append((char)(place >> 16));
        foreach (var one in state)
        {
            key.Append((char)one);
        }

        return key.ToString();
    }

    /// <summary>With the places behind each <c>*</c>, which may match nothing.</summary>
    private List<int> Closed(List<int> places)
    {
        var all = new SortedSet<int>(places);
        foreach (var start in places)
        {
            for (var place = start; _tokens[place] == Any; place++)
            {
                all.Add(place + 1);
            }
        }

        return [.. all];
    }
}
