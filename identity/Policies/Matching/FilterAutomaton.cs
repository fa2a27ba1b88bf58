using System.Text;
using Roost.Mqtt;

namespace Roost.Identity.Policies.Matching;

/// <summary>The topics that a filter matches (section 4.7), read one code point at a time. Deterministic: a state is a place in the filter.</summary>
internal sealed class FilterAutomaton
{
    /// <summary>Whatever comes now belongs to it.</summary>
    public const int Rest = int.MaxValue;

    /// <summary>No topic that goes on like this belongs to it.</summary>
    public const int Dead = -1;

    private const int Level = -1; // +
    private const int Tail = -2; // /#, which also stands for nothing

    private readonly List<int> _tokens = [];
    private readonly bool _beginsWithWildcard;

    public FilterAutomaton(TopicFilter filter)
    {
        var text = filter.Value;
        _beginsWithWildcard = text[0] is '+' or '#';
        Start = text == "#" ? Rest : 0;
        var hasTail = text.EndsWith("/#", StringComparison.Ordinal);
        foreach (var rune in (Start == Rest ? "" : hasTail ? text[..^2] : text).EnumerateRunes())
        {
            _tokens.Add(rune.Value == '+' ? Level : rune.Value);
        }

        if (hasTail)
        {
            _tokens.Add(Tail);
        }

        var head = new StringBuilder();
        foreach (var token in _tokens.TakeWhile(token => token >= 0))
        {
            head.Append(new Rune(token).ToString());
        }

        Head = head.ToString();
    }

    public int Start { get; }

    /// <summary>What every one of its topics begins with.</summary>
    public string Head { get; }

    /// <summary>The only code point with which a topic can go on; null: there are others.</summary>
    public int? OnlyNext(int state) => state == Rest || state >= _tokens.Count || _tokens[state] == Level ? null : _tokens[state] == Tail ? '/' : _tokens[state];

    /// <param name="isFirst">Whether it is the topic's first: [MQTT-4.7.2-1] wildcards do not match a first level that begins with $.</param>
    public int Step(int state, int rune, bool isFirst)
    {
        if (isFirst && rune == '$' && _beginsWithWildcard)
        {
            return Dead;
        }

        if (state == Rest)
        {
            return Rest;
        }

        if (state >= _tokens.Count)
        {
            return Dead;
        }

        return _tokens[state] switch
        {
            Tail => rune == '/' ? Rest : Dead,
            Level when rune != '/' => state,
            Level => Step(state + 1, rune, isFirst: false), // what ends a + is / or /#
            var literal => literal == rune ? state + 1 : Dead,
        };
    }

    /// <summary>Whether a topic that ends here belongs to it. Nobody asks before the first code point: no topic is empty.</summary>
    public bool Accepts(int state) => state == Rest || state == _tokens.Count || _tokens[state] == Tail || (_tokens[state] == Level && Accepts(state + 1));
}
