using System.Text;
using Roost.Identity.Policies.Access;
using Roost.Mqtt;

namespace Roost.Identity.Policies.Matching;

/// <summary>Whether every topic that a filter matches is allowed. The filter's automaton runs beside those of the patterns until every pair of states was seen.</summary>
/// <param name="IsCovered">False also when it would take too long to know.</param>
/// <param name="Counterexample">A topic that the filter matches and that is not allowed; null: none was found.</param>
internal sealed record FilterCoverage(bool IsCovered, string? Counterexample)
{
    /// <summary>Places looked at, in all patterns together: a millisecond or so. Asked on the broker's loop, where a client could ask again and again.</summary>
    public const int MostWork = 10_000;

    private static readonly FilterCoverage _undecided = new(false, null);

    public static FilterCoverage Of(TopicFilter filter, ActionRights rights)
    {
        if (rights.IsUnbounded)
        {
            return new FilterCoverage(true, null);
        }

        var work = filter.Value.Length > MostWork ? 0 : MostWork;
        var topics = new FilterAutomaton(filter);
        foreach (var denied in rights.Denied.Patterns.Where(pattern => Meets(pattern, topics.Head)))
        {
            if (Explore(topics, new PatternAutomaton([denied]), isWantedAccepted: true, ref work) is { } overlap)
            {
                return overlap;
            }
        }

        return Explore(topics, new PatternAutomaton(rights.Allowed.Patterns.Where(pattern => Meets(pattern, topics.Head))), isWantedAccepted: false, ref work) ?? new FilterCoverage(true, null);
    }

    /// <summary>Looks for a topic of the filter that the patterns match, or do not match.</summary>
    /// <returns>Null: there is none.</returns>
    private static FilterCoverage? Explore(FilterAutomaton topics, PatternAutomaton patterns, bool isWantedAccepted, ref int work)
    {
        if (patterns.IsTooLarge)
        {
            return _undecided;
        }

        var literals = patterns.Literals.ToHashSet();
        var other = Enumerable.Range('a', 26).Concat(Enumerable.Range(0xE000, 0x1900)).First(rune => !literals.Contains(rune)); // the private use area is larger than the patterns can be
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var steps = new List<(int Rune, int From)>(); // From: the step before it; -1: none
        var todo = new Queue<(int Place, IReadOnlyList<int> State, int From)>([(topics.Start, patterns.Start, -1)]);
        while (todo.TryDequeue(out var now))
        {
            work -= now.State.Count + 1;
            if (work < 0)
            {
                return _undecided;
            }

            if (patterns.AcceptsAllThatFollows(now.State) && !isWantedAccepted)
            {
                continue;
            }

            int[] next = topics.OnlyNext(now.Place) is { } only ? [only] : [.. patterns.NextOf(now.State).Append('/').Append(other).Distinct()];
            foreach (var rune in next.Where(rune => rune is not ('+' or '#')))
            {
                var place = topics.Step(now.Place, rune, isFirst: now.From < 0);
                if (place == FilterAutomaton.Dead)
                {
                    continue;
                }

                var state = patterns.Step(now.State, rune);
                if (!seen.Add(PatternAutomaton.Key(place, state)))
                {
                    continue;
                }

                steps.Add((rune, now.From));
                if (topics.Accepts(place) && patterns.Accepts(state) == isWantedAccepted)
                {
                    return new FilterCoverage(false, TopicOf(steps, steps.Count - 1));
                }

                if (state.Count > 0 || !isWantedAccepted)
                {
                    todo.Enqueue((place, state, steps.Count - 1));
                }
            }
        }

        return null;
    }

    private static string TopicOf(List<(int Rune, int From)> steps, int last)
    {
        var runes = new List<int>();
        for (var at = last; at >= 0; at = steps[at].From)
        {
            runes.Add(steps[at].Rune);
        }

        runes.Reverse();
        var topic = new StringBuilder();
        runes.ForEach(rune => topic.Append(new Rune(rune).ToString()));
        return topic.ToString();
    }

    /// <summary>Whether they could have a topic in common, by what they begin with.</summary>
    private static bool Meets(WildcardPattern pattern, string head) =>
        pattern.Head.StartsWith(head, StringComparison.Ordinal) || head.AsSpan().StartsWith(pattern.Head, StringComparison.Ordinal);
}
