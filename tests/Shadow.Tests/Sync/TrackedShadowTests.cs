using Roost.Shadow.Documents;
using Roost.Shadow.Sync;

namespace Roost.Shadow.Tests.Sync;

internal sealed class TrackedShadowTests
{
    private static readonly ShadowId s_id = Some.Id("vac-1");
    private static readonly SyncBase s_last = new(ShadowState.Empty, 3, 5, 1000);
    private readonly PushBudget _budget = new();

    [Test]
    public void What_was_never_looked_at_has_to_be_asked() => Assert.That(Create().TakeCloud(s_last), Is.Null);

    [Test]
    public void After_a_sync_the_cloud_is_as_it_was_then() => Assert.That(Synced().TakeCloud(s_last), Is.EqualTo(new SyncSide(s_last.State, 5, 1000)));

    [Test]
    public void A_chain_of_changes_from_the_base_on_is_known_by_its_last()
    {
        var shadow = Synced();

        shadow.CloudPushed(Documents(after: 5));
        shadow.CloudPushed(Documents(after: 6));

        Assert.That(shadow.TakeCloud(s_last)!.Version, Is.EqualTo(7));
    }

    [Test]
    public void A_change_that_does_not_follow_the_base_has_to_be_asked_for()
    {
        var shadow = Synced();

        shadow.CloudPushed(Documents(after: 6));

        Assert.That(shadow.TakeCloud(s_last), Is.Null);
    }

    [TestCase(8)]
    [TestCase(5)]
    public void A_chain_with_a_gap_or_out_of_order_has_to_be_asked_for(int after)
    {
        var shadow = Synced();

        shadow.CloudPushed(Documents(after: 5));
        shadow.CloudPushed(Documents(after));

        Assert.That(shadow.TakeCloud(s_last), Is.Null);
    }

    [Test]
    public void Old_news_changes_nothing()
    {
        var shadow = Synced();

        shadow.CloudPushed(Documents(after: 2));

        Assert.That(shadow.TakeCloud(s_last), Is.EqualTo(TrackedShadow.AsSynced(s_last)));
    }

    [Test]
    public void After_an_exchange_that_failed_the_cloud_has_to_be_asked_and_nothing_is_forgotten()
    {
        var shadow = Synced();
        shadow.LocalChanged(deleted: true);
        shadow.CloudPushed(Documents(after: 5));
        var news = shadow.Begin();
        shadow.TakeCloud(s_last);

        shadow.Undo(news);

        Assert.That(shadow.TakeCloud(s_last), Is.Null);
        Assert.That(shadow.Begin(), Is.EqualTo(new SyncNews(LocalChanged: true, LocalDeleted: true, CloudDeleted: false)));
    }

    [Test]
    public void A_cloud_that_was_lost_sight_of_during_an_exchange_is_not_known_after_it()
    {
        var shadow = Synced();
        shadow.Begin();

        shadow.CloudUnknown(deleted: true);
        shadow.Synced();

        Assert.That(shadow.TakeCloud(s_last), Is.Null);
        Assert.That(shadow.Begin().CloudDeleted);
    }

    [Test]
    public void Documents_that_wait_have_a_bound_and_what_is_over_it_is_asked_for()
    {
        var (size, held) = (200_000, new List<TrackedShadow>());
        for (var i = 0; i < 20; i++)
        {
            var shadow = Synced();
            shadow.CloudPushed(Documents(after: 5, size));
            held.Add(shadow);
        }

        Assert.That(held.Count(shadow => shadow.HasPushed), Is.EqualTo(PushBudget.MaxBytes / (4 * size)));
        held.ForEach(shadow => shadow.TakeCloud(s_last));
        var next = Synced();
        next.CloudPushed(Documents(after: 5, size));
        Assert.That(next.HasPushed, "what was taken gives its room back");
    }

    private TrackedShadow Create() => new(s_id, new SyncPolicy(SyncDirection.Both), _budget);

    private TrackedShadow Synced()
    {
        var shadow = Create();
        shadow.Begin();
        shadow.Synced();
        return shadow;
    }

    private static UpstreamMessage Documents(int after, int size = 10) => new(
        s_id, UpstreamEvent.Documents, null, new SyncSide(new ShadowState(Some.Object($$"""{"k":"{{new string('x', size)}}"}"""), null), after + 1), PreviousVersion: after);
}
