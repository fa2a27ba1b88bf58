using Roost.Shadow.Sync;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Sync;

/// <summary>Both sides write, delete and make anew while the link comes and goes. The heavy version is in bench/Shadow.Bench.</summary>
internal sealed class SyncStormTests
{
    [TestCase(7)]
    [TestCase(8)]
    public async Task However_often_the_link_is_cut_both_sides_end_equal_and_no_change_of_one_side_is_lost(int seed)
    {
        const int Shadows = 40;
        const int Cuts = 25;
        var random = new Random(seed);
        await using var pair = await SyncPair.StartAsync();
        var ids = Enumerable.Range(0, Shadows).Select(i => Some.Id($"vac-{i}", i % 4 == 0 ? "$state" : null)).ToList();
        var (edge, cloud, writes) = (new Dictionary<ShadowId, int>(), new Dictionary<ShadowId, int>(), 0);

        for (var cut = 0; cut < Cuts; cut++)
        {
            pair.Link.Connect();
            for (var burst = random.Next(30); burst > 0; burst--)
            {
                var id = ids[random.Next(ids.Count)];
                if (random.Next(2) == 0)
                {
                    await SyncPair.UpdateAsync(pair.Edge, id, $$$"""{"reported":{"edge":{{{edge[id] = ++writes}}},"both":"e{{{writes}}}"}}""");
                }
                else
                {
                    await SyncPair.UpdateAsync(pair.Cloud, id, $$$"""{"desired":{"cloud":{{{cloud[id] = ++writes}}}},"reported":{"both":"c{{{writes}}}"}}""");
                }

                if (burst % 7 == 0)
                {
                    pair.Link.Cut();
                    await Task.Yield();
                    pair.Link.Connect();
                }
            }

            await Task.WhenAll(Enumerable.Range(0, random.Next(8)).Select(i => SyncPair.StateAsync(pair.Cloud, ids[i]))); // some way into the resync
            pair.Link.Cut();
        }

        pair.Link.Connect();
        await pair.IsQuietAsync();

        foreach (var id in ids)
        {
            Assert.That(await pair.AreEqualAsync(id), $"{id}: {await SyncPair.StateAsync(pair.Edge, id)} here, {await SyncPair.StateAsync(pair.Cloud, id)} there");
            var state = await SyncPair.StateAsync(pair.Edge, id);
            Assert.That(state ?? "", edge.TryGetValue(id, out var last) ? Does.Contain($"\"edge\":{last}") : Does.Not.Contain("edge"));
            Assert.That(state ?? "", cloud.TryGetValue(id, out last) ? Does.Contain($"\"cloud\":{last}") : Does.Not.Contain("cloud"));
        }

        var requests = pair.Link.Requests;
        Assert.That(requests, Is.LessThan((2 * writes) + (pair.Link.Connections * (Shadows + pair.Options.MaxInflight))));
        await pair.Edge.Service.GetAsync(ids[0]);
        Assert.That(pair.Link.Requests, Is.EqualTo(requests), "something goes on although nothing changes");
    }

    [Test]
    public async Task Deletions_and_new_shadows_on_both_sides_end_equal_too()
    {
        var random = new Random(11);
        await using var pair = await SyncPair.StartAsync();
        var ids = Enumerable.Range(0, 20).Select(i => Some.Id($"vac-{i}")).ToList();
        for (var cut = 0; cut < 30; cut++)
        {
            pair.Link.Connect();
            for (var burst = random.Next(40); burst > 0; burst--)
            {
                var (side, id) = (random.Next(2) == 0 ? pair.Edge : pair.Cloud, ids[random.Next(ids.Count)]);
                if (random.Next(3) == 0)
                {
                    await SyncPair.DeleteAsync(side, id);
                }
                else
                {
                    await SyncPair.UpdateAsync(side, id, $$$"""{"reported":{"k{{{random.Next(3)}}}":{{{random.Next(100)}}}},"desired":{"k{{{random.Next(3)}}}":null}}""");
                }
            }

            if (cut % 10 == 9)
            {
                pair.Edge.Clock.Advance(TimeSpan.FromDays(3));
                pair.Cloud.Clock.Advance(TimeSpan.FromDays(3));
            }

            pair.Link.Cut();
            if (cut == 15)
            {
                await pair.RestartEdgeAsync();
            }
        }

        // More than a tenth may have been found deleted after a cut: then somebody has to say that it is meant.
        pair.Link.Connect();
        await Eventually.IsTrueAsync(
            () => pair.Sync.ConnectionState == SyncConnectionState.Connected && pair.Sync.Views().All(view => view.State is SyncState.Synced or SyncState.Held), "the sync to come to rest");
        await pair.Sync.AcceptDeletionsAsync(thing: null);
        await pair.IsQuietAsync();

        foreach (var id in ids)
        {
            Assert.That(await pair.AreEqualAsync(id), $"{id}: {await SyncPair.StateAsync(pair.Edge, id)} here, {await SyncPair.StateAsync(pair.Cloud, id)} there");
        }
    }
}
