using Roost.Shadow.Journal;

namespace Roost.Shadow.Watching;

/// <summary>A change on its way to somebody who watches.</summary>
/// <param name="Skipped">Earlier changes of the same shadow that were left out for it.</param>
internal readonly record struct PendingChange(ShadowChange Change, int Skipped)
{
    private const int FlatCost = 256;

    public int Bytes => FlatCost + (Change.Record.State?.JsonBytes ?? 0);

    /// <summary>Leaves the newest change of each shadow, in the order of the journal.</summary>
    public static List<PendingChange> Newest(List<PendingChange> changes)
    {
        var skipped = new Dictionary<ShadowId, int>();
        foreach (var (change, before) in changes)
        {
            skipped[change.Id] = skipped.GetValueOrDefault(change.Id, -1) + 1 + before;
        }

        var newest = new List<PendingChange>(skipped.Count);
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            if (skipped.Remove(changes[i].Change.Id, out var count))
            {
                newest.Add(new PendingChange(changes[i].Change, count));
            }
        }

        newest.Reverse();
        return newest;
    }
}
