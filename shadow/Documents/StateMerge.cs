namespace Roost.Shadow.Documents;

/// <summary>How an update changes a section: objects merge member by member, null removes, everything else replaces.</summary>
internal static class StateMerge
{
    /// <param name="current">Null when the shadow has no such section.</param>
    /// <param name="patch">Null when the request does not name the section; a null leaf removes the section.</param>
    /// <returns>Null when no member is left: an empty section is an absent one.</returns>
    public static StateObject? Section(StateObject? current, StateNode? patch)
    {
        if (patch is null)
        {
            return current;
        }

        var merged = patch is StateObject changes ? Objects(current ?? StateObject.Empty, changes) : null;
        return merged is { Count: > 0 } ? merged : null;
    }

    // Members keep their places, new ones follow in the order of the request. One pass over each side.
    private static StateObject Objects(StateObject current, StateObject patch)
    {
        if (patch.Count == 0)
        {
            return current;
        }

        var merged = new StateMembers(current.Count + patch.Count);
        foreach (ref readonly var member in current.Members.Span)
        {
            var change = patch[member.Key];
            if (change is null)
            {
                merged.Add(member.Key, member.Value);
            }
            else if (!change.IsNull)
            {
                merged.Add(member.Key, member.Value is StateObject inner && change is StateObject changes ? Objects(inner, changes) : change.WithoutNulls());
            }
        }

        foreach (ref readonly var member in patch.Members.Span)
        {
            if (!member.Value.IsNull && current[member.Key] is null)
            {
                merged.Add(member.Key, member.Value.WithoutNulls());
            }
        }

        return new StateObject(merged);
    }
}
