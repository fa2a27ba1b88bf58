using Roost.Shadow.Watching;

namespace Roost.Shadow.Tests.Watching;

internal sealed class ShadowWatchTests
{
    private static readonly ShadowScope s_thing = new("T", null);
    private static readonly ShadowScope s_fleet = new("*", null);

    [Test]
    public void One_peer_leaves_places_for_others()
    {
        var watch = new ShadowWatch(maxWatchers: 100);
        var greedy = TakeAll(watch, s_thing, "greedy");

        Assert.That(greedy, Has.Count.EqualTo(50));
        Assert.That(watch.TryWatch(s_thing, "device"), Is.Not.Null);
        greedy[0].Dispose();
        Assert.That(TakeAll(watch, s_thing, "greedy"), Has.Count.EqualTo(1), "a place that was given back");
    }

    [Test]
    public void One_peer_leaves_places_for_other_readers_of_a_fleet()
    {
        var watch = new ShadowWatch(maxWatchers: 1000);

        Assert.That(TakeAll(watch, s_fleet, "greedy"), Has.Count.EqualTo(ShadowWatch.MaxFleets / 2));
        Assert.That(watch.TryWatch(s_thing, "greedy"), Is.Not.Null);
        Assert.That(watch.TryWatch(s_fleet, "dashboard"), Is.Not.Null);
    }

    [Test]
    public void All_peers_together_have_no_more_places_than_there_are()
    {
        var watch = new ShadowWatch(maxWatchers: 10);
        var watchers = Enumerable.Range(0, 20).SelectMany(peer => TakeAll(watch, s_thing, $"{peer}")).ToList();
        Assert.That(watchers, Has.Count.EqualTo(10));

        watchers.ForEach(watcher => watcher.Dispose());
        watchers.ForEach(watcher => watcher.Dispose());
        Assert.That(watch.Count, Is.Zero);
        Assert.That(TakeAll(watch, s_thing, "0"), Has.Count.EqualTo(5));
    }

    [Test]
    public void Without_any_place_nobody_watches() => Assert.That(new ShadowWatch(maxWatchers: 0).TryWatch(s_thing, "peer"), Is.Null);

    private static List<ShadowWatcher> TakeAll(ShadowWatch watch, ShadowScope scope, string peer)
    {
        var watchers = new List<ShadowWatcher>();
        while (watch.TryWatch(scope, peer) is { } watcher)
        {
            watchers.Add(watcher);
        }

        return watchers;
    }
}
