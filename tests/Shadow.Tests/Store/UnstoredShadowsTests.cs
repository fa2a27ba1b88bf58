using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

internal sealed class UnstoredShadowsTests
{
    [Test]
    public void Changes_and_their_bytes_count_until_they_are_stored()
    {
        var unstored = new UnstoredShadows();
        unstored.Add(Some.Change(Some.Id("a"), Some.Record("{}", 1, 1)));
        unstored.Add(Some.Change(Some.Id("a"), Some.Record("{}", 2, 1)));
        var two = unstored.Bytes;
        Assert.That(unstored.Changes, Is.EqualTo(2));

        unstored.Take();
        unstored.Add(Some.Change(Some.Id("b"), Some.Record("{}", 1, 1)));
        unstored.NotStored();
        Assert.That((unstored.Changes, unstored.Bytes), Is.EqualTo((3, two * 3 / 2)));

        unstored.Take();
        unstored.Add(Some.Change(Some.Id("b"), Some.Record("{}", 2, 1)));
        unstored.Stored();
        Assert.That((unstored.Changes, unstored.Bytes), Is.EqualTo((1, two / 2)));
        Assert.That(unstored.Snapshot().Values.Single().Version, Is.EqualTo(2));
    }

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
