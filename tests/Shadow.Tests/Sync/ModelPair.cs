using Roost.Shadow.Sync;

namespace Roost.Shadow.Tests.Sync;

/// <summary>A shadow on both sides and what the sync remembers of it.</summary>
internal sealed class ModelPair(SyncPolicy policy)
{
    public ModelSide Local { get; } = new();

    public ModelSide Cloud { get; } = new() { Now = 500 }; // clocks differ: no rule may look at them

    public SyncBase? Last { get; private set; }

    public SyncDecision Decide() => SyncDecision.Decide(Last, Local.Seen, Cloud.Seen, policy);

    public IReadOnlyList<SyncConflict> Conflicts { get; private set; } = [];

    /// <summary>One exchange, as the daemon does it: the cloud's side first, then ours, then it is noted.</summary>
    /// <param name="cutAfter">0: before anything is done; 1: after the cloud's step; 2: after both, before they are noted; more: not at all.</param>
    /// <param name="between">What somebody does after the decision and before the steps.</param>
    /// <returns>False when it was cut off, or met a side that had changed.</returns>
    public bool Exchange(int cutAfter = int.MaxValue, Action? between = null)
    {
        var decision = Decide();
        between?.Invoke();
        if (cutAfter == 0 || !Cloud.Apply(decision.Cloud) || cutAfter == 1 || !Local.Apply(decision.Local) || cutAfter == 2)
        {
            return false;
        }

        if (decision.IsLeftAlone)
        {
            return true;
        }

        Conflicts = decision.Conflicts;
        Last = decision.Goal is null ? null : new SyncBase(decision.Goal, Local.Seen.Version, Cloud.Seen.Version, Cloud.Seen.Newest);
        Local.Synced();
        Cloud.Synced();
        return true;
    }

    public bool AreEqual => StateEquality.Same(Local.State, Cloud.State);
}
