using System.Text;
using Roost.Shadow.Watching;

namespace Roost.Shadow.Tests.Watching;

/// <summary>Readers that are slower than the changes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(30_000)]
internal sealed class ChangeFeedTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    private ShadowHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await ShadowHost.StartAsync();

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task A_slow_reader_of_one_shadow_gets_the_newest_and_is_told_how_many_it_missed(CancellationToken cancellationToken)
    {
        using var feed = await OpenAsync(new ShadowScope("T", null), cancellationToken);
        var text = new string('x', 8000);
        for (var i = 0; i < 100; i++)
        {
            await ReportAsync("T", $$"""{"n":{{i}},"text":"{{text}}"}""");
        }

        var seen = await ReadUntilAsync(feed, "T", 100, cancellationToken);

        Assert.That(seen, Has.Count.LessThan(30));
        Assert.That(seen.Select(item => item.Record!.Version), Is.Ordered);
        Assert.That(seen.Sum(item => 1 + item.Skipped), Is.EqualTo(100), "each version was shown or counted");
    }

    [Test]
    public async Task A_slow_reader_of_a_fleet_misses_no_shadow(CancellationToken cancellationToken)
    {
        using var feed = await OpenAsync(new ShadowScope("*", null), cancellationToken);
        var text = new string('x', 8000);
        var things = Enumerable.Range(0, 1500).Select(i => $"t{i}").ToList();
        await Task.WhenAll(things.Select(thing => ReportAsync(thing, $$"""{"text":"{{text}}"}"""))); // 12 MB, three times what may wait

        await ReportAsync("last", "{}");
        var seen = await ReadUntilAsync(feed, "last", 1, cancellationToken);

        Assert.That(seen.Select(item => item.Id.Thing).Distinct(), Is.EquivalentTo(things.Append("last")));
        Assert.That(seen.Select(item => item.Position!.Offset), Is.Ordered.And.Unique);
    }

    [Test]
    public async Task What_a_journal_has_let_go_of_is_made_up_for_by_what_there_is(CancellationToken cancellationToken)
    {
        await _host.DisposeAsync();
        _host = await ShadowHost.StartAsync(options => options.History.Bytes = 256 * 1024); // below what a daemon is allowed, to be quick
        await ReportAsync("gone", "{}");
        var feed = _host.Service.Follow(_host.Service.Watch.TryWatch(new ShadowScope("*", null), "peer")!, from: null);
        var first = await ReadUntilAsync(feed, "gone", 1, cancellationToken);
        var at = (await feed.NextAsync(Quiet, cancellationToken))[^1].Position;
        feed.Dispose();
        Assert.That(first[0].Record!.IsTombstone, Is.False);

        var text = new string('x', 8000);
        for (var i = 0; i < 200; i++)
        {
            await ReportAsync("T", $$"""{"n":{{i}},"text":"{{text}}"}""");
            if (i % 20 == 0)
            {
                await _host.RestartAsync(); // what the table has the journal may let go
            }
        }

        using var back = _host.Service.Follow(_host.Service.Watch.TryWatch(new ShadowScope("*", null), "peer")!, at);
        var kinds = (await back.NextAsync(Quiet, cancellationToken)).Select(item => item.Kind);
        Assert.That(kinds, Is.EqualTo(new[] { FeedEventKind.Reset }));
        Assert.That((await ReadUntilAsync(back, "T", 200, cancellationToken)).Select(item => item.Id.Thing), Is.EqualTo(new[] { "T", "gone" }).Or.EqualTo(new[] { "T" }));
    }

    [Test]
    public async Task A_change_that_is_durable_and_not_yet_known_to_the_store_is_not_lost(CancellationToken cancellationToken)
    {
        await ReportAsync("T", """{"n":1}""");
        var late = Some.Change(Some.Id("T"), Some.Record("""{"n":2}""", 2, _host.Now));
        await _host.Service.Store.Journal.AppendAsync([late]); // the moment before the store hears that it is durable

        using var feed = _host.Service.Follow(_host.Service.Watch.TryWatch(new ShadowScope("T", null), "peer")!, from: null);
        var seen = await ReadUntilAsync(feed, "T", 2, cancellationToken);

        Assert.That(seen.Select(item => item.Record!.Version), Is.EqualTo(new[] { 1, 2 }));
    }

    private async Task<ChangeFeed> OpenAsync(ShadowScope scope, CancellationToken cancellationToken)
    {
        var feed = _host.Service.Follow(_host.Service.Watch.TryWatch(scope, "peer")!, from: null);
        while ((await feed.NextAsync(Quiet, cancellationToken)).All(item => item.Kind != FeedEventKind.Ready))
        {
        }

        return feed;
    }

    private static async Task<List<FeedEvent>> ReadUntilAsync(ChangeFeed feed, string thing, long version, CancellationToken cancellationToken)
    {
        var seen = new List<FeedEvent>();
        while (!seen.Any(item => item.Id.Thing == thing && item.Record!.Version == version))
        {
            seen.AddRange((await feed.NextAsync(Quiet, cancellationToken)).Where(item => item.Kind == FeedEventKind.Shadow));
        }

        return seen;
    }

    private async Task ReportAsync(string thing, string json)
    {
        var answer = await _host.Service.UpdateAsync(Some.Id(thing), Encoding.UTF8.GetBytes($$$"""{"state":{"reported":{{{json}}}}}"""), ShadowOrigin.Daemon);
        Assert.That(answer.Error, Is.Null);
    }
}
