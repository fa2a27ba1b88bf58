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

        StateMembers? differences = null;
        foreach (ref readonly var member in desired.Members.Span)
        {
            var want = member.Value;
            var difference = reported[member.Key] switch
            {
                null => want,
                StateObject have when want is StateObject inner => Between(inner, have),
                var have => want.ValueEquals(have) ? null : want,
            };
            if (difference is not null)
            {
                (differences ??= new StateMembers(0)).Add(member.Key, difference);
            }
        }

        return differences is null ? null : new StateObject(differences);
    }
}
