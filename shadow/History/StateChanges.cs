using System.Collections.Immutable;
using Roost.Shadow.Documents;

namespace Roost.Shadow.History;

/// <summary>What differs between two states of a shadow, value by value.</summary>
internal static class StateChanges
{
    /// <param name="before">Null where there was no document.</param>
    /// <param name="after">Null where there is none any more.</param>
    /// <returns>Sections in the order desired, reported; within them in the order of the members, new ones last.</returns>
    public static IReadOnlyList<PathChange> Between(ShadowState? before, ShadowState? after)
    {
        var changes = new List<PathChange>();
        Compare(["desired"], before?.Desired, after?.Desired, changes);
        Compare(["reported"], before?.Reported, after?.Reported, changes);
        return changes;
    }

    private static void Compare(ImmutableList<string> path, StateNode? before, StateNode? after, List<PathChange> changes)
    {
        if (before is StateObject { Count: > 0 } || after is StateObject { Count: > 0 })
        {
            CompareMembers(path, before, after, changes);
        }
        else if (before is null || after is null ? before != after : !before.ValueEquals(after))
        {
            changes.Add(new PathChange(path, before, after));
        }
    }

    // Bounded by the nesting of documents, which the options bound.
    private static void CompareMembers(ImmutableList<string> path, StateNode? before, StateNode? after, List<PathChange> changes)
    {
        var (old, @new) = (before as StateObject, after as StateObject);
        if ((before is not null && old is not { Count: > 0 }) || (after is not null && @new is not { Count: > 0 }))
        {
            // A value became an object with members, or the other way round: the value itself is a change, too.
            changes.Add(new PathChange(path, old is { Count: > 0 } ? null : before, @new is { Count: > 0 } ? null : after));
        }

        foreach (ref readonly var member in (old ?? StateObject.Empty).Members.Span)
        {
            Compare(path.Add(member.Key.Text), member.Value, @new?[member.Key], changes);
        }

        foreach (ref readonly var member in (@new ?? StateObject.Empty).Members.Span)
        {
            if (old?[member.Key] is null)
            {
                Compare(path.Add(member.Key.Text), null, member.Value, changes);
            }
        }
    }
}
