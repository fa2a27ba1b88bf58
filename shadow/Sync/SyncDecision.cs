using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>
/// The rules of sync as a pure function: what both sides had last, what each has now and the policy go in; the steps that make them
/// equal come out. See docs/shadow-sync.md.
/// </summary>
/// <param name="Goal">What both sides have after the steps; null: no shadow.</param>
/// <param name="IsLeftAlone">The direction says nothing of a shadow that only the receiving side has: no steps, nothing to remember.</param>
internal sealed record SyncDecision(ShadowState? Goal, SyncStep Local, SyncStep Cloud, IReadOnlyList<SyncConflict> Conflicts, bool IsLeftAlone = false)
{
    public static SyncDecision Decide(SyncBase? last, SyncSide local, SyncSide cloud, SyncPolicy policy)
    {
        if (last is null && ((policy.Direction == SyncDirection.Up && local.State is null) || (policy.Direction == SyncDirection.Down && cloud.State is null)))
        {
            return new SyncDecision(null, default, default, [], IsLeftAlone: true);
        }

        var conflicts = new List<SyncConflict>();
        var goal = policy.Direction switch
        {
            SyncDirection.Up => local.State,
            SyncDirection.Down => cloud.State,
            _ => Merge(last, local, cloud, policy, conflicts),
        };
        return new SyncDecision(goal, Step(local, goal), Step(cloud, goal), conflicts);
    }

    private static ShadowState? Merge(SyncBase? last, SyncSide local, SyncSide cloud, SyncPolicy policy, List<SyncConflict> conflicts)
    {
        if (local.State is not { } here)
        {
            return cloud.State is not null && last is not null ? AfterDeletion(last, local, cloud, ConflictWinner.Cloud, conflicts) : cloud.State;
        }

        if (cloud.State is not { } there)
        {
            return last is not null ? AfterDeletion(last, local, cloud, ConflictWinner.Device, conflicts) : here;
        }

        var localRecreated = local.Recreated || last?.LocalStartedAgain(local) is true;
        var cloudRecreated = cloud.Recreated || last?.CloudStartedAgain(cloud) is true;
        var desired = new ThreeWayMerge(policy.Desired, localRecreated, cloudRecreated, conflicts);
        var reported = new ThreeWayMerge(policy.Reported, localRecreated, cloudRecreated, conflicts);
        return new ShadowState(
            desired.Section("desired", last?.State.Desired, here.Desired, there.Desired),
            reported.Section("reported", last?.State.Reported, here.Reported, there.Reported));
    }

    // One side deleted the shadow. Where the other has not written to it since, it goes there too; a shadow that was written to, or
    // made anew, is wanted by somebody and comes back.
    private static ShadowState? AfterDeletion(SyncBase last, SyncSide local, SyncSide cloud, ConflictWinner keeper, List<SyncConflict> conflicts)
    {
        if (keeper == ConflictWinner.Cloud ? last.CloudIsUntouched(cloud) : last.LocalIsUntouched(local))
        {
            return null;
        }

        conflicts.Add(new SyncConflict("/", SyncConflict.TextOf(last.State), SyncConflict.TextOf(local.State), SyncConflict.TextOf(cloud.State), keeper));
        return (keeper == ConflictWinner.Cloud ? cloud : local).State;
    }

    private static SyncStep Step(SyncSide side, ShadowState? goal)
    {
        var version = side.State is null ? (long?)null : side.Version;
        return goal is null
            ? new SyncStep(null, Delete: side.State is not null, version)
            : new SyncStep(StatePatch.Between(side.State, goal), Delete: false, version);
    }
}
