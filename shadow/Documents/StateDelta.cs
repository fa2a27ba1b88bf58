namespace Roost.Shadow.Documents;

/// <summary>What a device still has to do: the members of desired that reported lacks or holds differently.</summary>
internal static class StateDelta
{
    /// <summary>
    /// Objects are compared member by member, everything else whole. Members that only reported has are no difference. The leaves
    /// of the result are those of desired, with their times.
    /// </summary>
    /// <returns>Null when there is no difference; never an empty object at the top.</returns>
    public static StateObject? Between(StateObject desired, StateObject? reported)
    {
        if (reported is null)
        {
            return desired;
        }

        OrderedDictionary<string, StateNode>? differences = null;
        foreach (var (key, want) in desired.Members)
        {
            var difference = reported[key] switch
            {
                null => want,
                StateObject have when want is StateObject inner => Between(inner, have),
                var have => want.ValueEquals(have) ? null : want,
            };
            if (difference is not null)
            {
                (differences ??= []).Add(key, difference);
            }
        }

        return differences is null ? null : new StateObject(differences);
    }
}
