using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>
/// Merges one section of a shadow, value by value: what one side changed since the last sync is taken, and where both changed the same
/// value differently, one side's stays. Objects are merged member by member; an array is one value.
/// </summary>
/// <param name="localRecreated">All that is here counts as changed, also where it is as before: it was written anew.</param>
/// <param name="cloudRecreated">As <paramref name="localRecreated"/>.</param>
internal sealed class ThreeWayMerge(ConflictWinner winner, bool localRecreated, bool cloudRecreated, List<SyncConflict> conflicts)
{
    /// <param name="name">Of the section, for the paths of conflicts.</param>
    /// <returns>Null when nothing is left: an empty section is an absent one.</returns>
    public StateObject? Section(string name, StateObject? last, StateObject? local, StateObject? cloud)
    {
        var merged = Members("/" + name, last ?? StateObject.Empty, local ?? StateObject.Empty, cloud ?? StateObject.Empty);
        return merged.Count > 0 ? merged : null;
    }

    private StateObject Members(string path, StateObject last, StateObject local, StateObject cloud)
    {
        var merged = new StateMembers(local.Count);
        foreach (ref readonly var member in local.Members.Span)
        {
            Add(merged, path, member.Key, last, member.Value, cloud[member.Key]);
        }

        foreach (ref readonly var member in cloud.Members.Span)
        {
            if (local[member.Key] is null)
            {
                Add(merged, path, member.Key, last, null, member.Value);
            }
        }

        return new StateObject(merged);
    }

    private void Add(StateMembers merged, string path, StateKey key, StateObject last, StateNode? local, StateNode? cloud)
    {
        if (Value($"{path}/{key.Text}", last[key], local, cloud) is { } value)
        {
            merged.Add(key, value);
        }
    }

    private StateNode? Value(string path, StateNode? last, StateNode? local, StateNode? cloud)
    {
        if (StateEquality.Same(local, cloud))
        {
            return local;
        }

        if (local is StateObject here && cloud is StateObject there)
        {
            return Members(path, last as StateObject ?? StateObject.Empty, here, there);
        }

        // Who removed an object removed the members that it had, not those that the other side has added or changed since.
        if (last is StateObject members && (local ?? StateObject.Empty) is StateObject ours && (cloud ?? StateObject.Empty) is StateObject theirs)
        {
            return Members(path, members, ours, theirs) is { Count: > 0 } rest ? rest : null;
        }

        var localChanged = !StateEquality.Same(last, local) || (localRecreated && local is not null);
        var cloudChanged = !StateEquality.Same(last, cloud) || (cloudRecreated && cloud is not null);
        if (localChanged != cloudChanged)
        {
            return localChanged ? local : cloud;
        }

        conflicts.Add(new SyncConflict(path, SyncConflict.TextOf(last), SyncConflict.TextOf(local), SyncConflict.TextOf(cloud), winner));
        return winner == ConflictWinner.Cloud ? cloud : local;
    }
}
