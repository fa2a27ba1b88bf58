using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

internal sealed class UnstoredShadowsTests
{
    [Test]
    public void Bytes_are_those_of_what_waits_whatever_was_stored_or_not() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), steps =>
    {
        var unstored = new UnstoredShadows();
        long? taken = null;
        for (var i = 0; i < steps.Length; i++)
        {
            switch (steps[i] % 8)
            {
                case 0 when taken is null:
                    taken = unstored.Take().Changes;
                    break;
                case 1 when taken is { } changes:
                    unstored.Stored(changes);
                    taken = null;
                    break;
                case 2 when taken is not null:
                    unstored.NotStored();
                    taken = null;
                    break;
                default:
                    var change = Some.Change(Some.Id($"t{steps[i] % 5}"), Some.Record($"{{\"v\":\"{new string('x', steps[i])}\"}}", i + 1, i));
                    change.Offset = i;
                    unstored.Add(change);
                    break;
            }

            if (taken is null && unstored.Bytes != unstored.Snapshot().Values.Sum(UnstoredShadows.CostOf))
            {
                return false;
            }
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void A_newer_change_is_not_replaced_by_one_that_could_not_be_stored()
    {
        var unstored = new UnstoredShadows();
        unstored.Add(Some.Change(Some.Id("a"), Some.Record("{}", 1, 1)));
        unstored.Take();
        unstored.Add(Some.Change(Some.Id("a"), Some.Record("{}", 2, 1)));
        unstored.NotStored();

        Assert.That(unstored.TryFind(Some.Id("a"), out var row));
        Assert.That(row!.Version, Is.EqualTo(2));
        Assert.That(unstored.Of("a").Values.Single().Version, Is.EqualTo(2));
        Assert.That(unstored.Of("b"), Is.Empty);
    }
}
