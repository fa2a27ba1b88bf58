using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Watching;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Http;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ShadowEventsTests
{
    private const string Path = "/api/v1/things/T/shadow/events";

    private const int MaxWatchers = 5; // of one peer

    private AppWeb _web = null!;

    private ShadowHost Host => _web.Host;

    [SetUp]
    public async Task Start() => _web = await AppWeb.StartAsync(options => options.MaxWatchers = ShadowWatch.PeerShare * MaxWatchers);

    [TearDown]
    public async Task Stop() => await _web.DisposeAsync();

    [TestCase("/api/v1/things/a%2Fb/shadow/events", 400)]
    [TestCase("/api/v1/things/T/shadow/events?name=a%20b", 400)]
    [TestCase("/api/v1/shadows/events?things=", 400)]
    [TestCase("/api/v1/shadows/events?things=a%2Fb", 400)]
    [TestCase("/api/v1/shadows/events?name=a%20b", 400)]
    public async Task What_names_no_shadows_is_refused(string path, int status) =>
        Assert.That((await _web.StatusAsync("GET", path)).Status, Is.EqualTo(status));

    [TestCase("")]
    [TestCase("0")]
    [TestCase("-")]
    [TestCase("-1-1")]
    [TestCase("0-0", Description = "the place is there, the time is another's: a journal that was replaced")]
    [TestCase("99999999999999999999-1")]
    [TestCase("9223372036854775807-7fffffffffffffff")]
    [TestCase("1 OR 1=1")]
    public async Task An_id_that_was_never_given_out_begins_with_all_there_is(string id)
    {
        await _web.ReportAsync("T", """{"a":1}""");
        using var events = await EventReader.OpenAsync(_web.Client, Path, id);

        Assert.That(await events.BriefAsync(3), Is.EqualTo(new[] { "reset", "document T 1", "ready" }));
    }

    [Test]
    public async Task Who_comes_when_all_its_places_are_taken_is_told_to_come_later()
    {
        var others = new List<EventReader>();
        for (var i = 0; i < MaxWatchers; i++)
        {
            others.Add(await EventReader.OpenAsync(_web.Client, Path));
        }

        using (var refused = await _web.SendAsync("GET", Path))
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(503));
            Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
        }

        others.ForEach(other => other.Dispose());
        await Eventually.IsTrueAsync(() => Host.Service.Watch.Count == 0, "the places of those who left");
    }

    [Test]
    public async Task Another_peer_finds_a_place_beside_one_that_takes_all_it_can()
    {
        var others = new List<EventReader>();
        for (var i = 0; i < MaxWatchers; i++)
        {
            others.Add(await EventReader.OpenAsync(_web.Client, Path));
        }

        using var socket = _web.OverSocket();
        using var own = await EventReader.OpenAsync(socket, Path);

        Assert.That(await own.BriefAsync(2), Is.EqualTo(new[] { "reset", "ready" }));
        others.ForEach(other => other.Dispose());
    }

    [Test]
    public async Task A_shadow_is_shown_as_it_is_and_then_change_by_change()
    {
        await _web.ReportAsync("T", """{"a":1}""");
        using var events = await EventReader.OpenAsync(_web.Client, Path);
        Assert.That(await events.BriefAsync(3), Is.EqualTo(new[] { "reset", "document T 1", "ready" }));

        await _web.StatusAsync("POST", "/things/T/shadow", """{"state":{"desired":{"a":2}},"clientToken":"x"}""");
        await _web.StatusAsync("DELETE", "/things/T/shadow");

        var (delta, document, deleted) = (await events.NextAsync(), await events.NextAsync(), await events.NextAsync());
        Assert.That(delta!.Data, Is.EqualTo(
            """{"thing":"T","version":2,"timestamp":NOW,"clientToken":"x","state":{"a":2},"metadata":{"a":{"timestamp":NOW}}}""".Replace("NOW", $"{Host.Now}", StringComparison.Ordinal)));
        Assert.That(document!.Data, Is.EqualTo(
            """{"thing":"T","version":2,"timestamp":NOW,"clientToken":"x","etag":"\"2-TAG\"","state":{"desired":{"a":2},"reported":{"a":1}},"metadata":{"desired":{"a":{"timestamp":NOW}},"reported":{"a":{"timestamp":NOW}}}}"""
                .Replace("NOW", $"{Host.Now}", StringComparison.Ordinal).Replace("TAG", $"{Host.Now:x}", StringComparison.Ordinal)));
        Assert.That(deleted!.Data, Is.EqualTo($$$"""{"thing":"T","version":2,"timestamp":{{{Host.Now}}}}"""));
        Assert.That((delta.Type, document.Type, deleted.Type), Is.EqualTo(("delta", "document", "deleted")));
        Assert.That((delta.Id, document.Id, deleted.Id), Is.EqualTo(($"0-{Host.Now:x}", $"1-{Host.Now:x}", $"2-{Host.Now:x}")), "the id comes with the last event of a change");
    }

    [TestCase("", new[] { "document T 1", "document T~n 1" })]
    [TestCase("?name=n", new[] { "document T~n 1" })]
    [TestCase("?name=", new[] { "document T 1" })]
    public async Task All_shadows_of_a_thing_are_shown_or_one(string query, string[] expected)
    {
        using var events = await EventReader.OpenAsync(_web.Client, Path + query);
        Assert.That(await events.BriefAsync(2), Is.EqualTo(new[] { "reset", "ready" }));
        await _web.ReportAsync("T2", "{}");
        await _web.ReportAsync("T", "{}");
        await _web.ReportAsync("T", "{}", "n");

        Assert.That(await events.BriefAsync(expected.Length), Is.EqualTo(expected));
        using var later = await EventReader.OpenAsync(_web.Client, Path + query);
        Assert.That(await later.BriefAsync(expected.Length + 2), Is.EqualTo((string[])["reset", .. expected, "ready"]));
    }

    [Test]
    public async Task A_fleet_is_chosen_by_a_pattern()
    {
        await _web.ReportAsync("vac-1", "{}");
        await _web.ReportAsync("mop-1", "{}");
        using var events = await EventReader.OpenAsync(_web.Client, "/api/v1/shadows/events?things=vac-*");
        Assert.That(await events.BriefAsync(3), Is.EqualTo(new[] { "reset", "document vac-1 1", "ready" }));

        await _web.ReportAsync("mop-2", "{}");
        await _web.ReportAsync("vac-2", "{}");

        Assert.That(await events.BriefAsync(1), Is.EqualTo(new[] { "document vac-2 1" }));
    }

    [Test]
    public async Task Who_comes_back_is_sent_what_was_missed_and_no_more()
    {
        using (var events = await EventReader.OpenAsync(_web.Client, Path))
        {
            await events.BriefAsync(2);
        }

        await _web.ReportAsync("T", """{"a":1}""");
        string? id;
        using (var events = await EventReader.OpenAsync(_web.Client, Path))
        {
            await events.BriefAsync(3);
            id = events.LastId;
        }

        await _web.ReportAsync("T", """{"a":2}""");
        await _web.ReportAsync("other", """{"a":2}""");
        await _web.StatusAsync("DELETE", "/things/T/shadow");
        await _web.RestartAsync();
        await _web.ReportAsync("T", """{"a":3}""");

        using var back = await EventReader.OpenAsync(_web.Client, Path, id);
        Assert.That(await back.BriefAsync(4), Is.EqualTo(new[] { "document T 2", "deleted T 2", "document T 3", "ready" }));
        using var page = await EventReader.OpenAsync(_web.Client, $"{Path}?lastEventId={back.LastId}");
        Assert.That(await page.BriefAsync(1), Is.EqualTo(new[] { "ready" }), "a page that opens anew gives its place in the address");
    }

    [Test]
    public async Task While_nothing_happens_there_is_a_sign_of_life_that_moves_the_place()
    {
        using var events = await EventReader.OpenAsync(_web.Client, Path);
        await events.BriefAsync(2);
        await _web.ReportAsync("other", "{}");
        var next = events.NextAsync();

        await Eventually.IsTrueAsync(
            () =>
            {
                Host.Clock.Advance(TimeSpan.FromSeconds(16));
                return events.LastId?.StartsWith("0-", StringComparison.Ordinal) == true;
            },
            "an id beyond what others did");

        Assert.That(next.IsCompleted, Is.False, "it is no event");
        await _web.ReportAsync("T", "{}");
        Assert.That((await next)!.Brief, Is.EqualTo("document T 1"));
    }

    [Test]
    public async Task Who_only_looks_now_and_then_misses_nothing_however_it_is_cut_off()
    {
        var lost = new List<string>();
        foreach (var script in Gen.Choose(0, 4).ListOf(12).Sample(10))
        {
            var thing = $"p{Guid.NewGuid():N}";
            var path = $"/api/v1/things/{thing}/shadow/events";
            var (seen, made) = (new List<long>(), 1);
            await _web.ReportAsync(thing, """{"n":1}""");
            var id = await LookAsync(path, id: null, most: int.MaxValue, seen);
            foreach (var reports in script)
            {
                for (var i = 0; i < reports; i++)
                {
                    await _web.ReportAsync(thing, $$"""{"n":{{++made}}}""");
                }

                id = await LookAsync(path, id, most: reports / 2, seen); // leaves in the midst of it
            }

            await LookAsync(path, id, most: int.MaxValue, seen);
            if (!seen.SequenceEqual(Enumerable.Range(1, made).Select(version => (long)version)))
            {
                lost.Add($"{string.Join(' ', script)}: {string.Join(' ', seen)}");
            }
        }

        Assert.That(lost, Is.Empty);
    }

    /// <summary>Reads until it is up to date, or has read <paramref name="most"/> changes; returns the last id.</summary>
    private async Task<string?> LookAsync(string path, string? id, int most, List<long> seen)
    {
        await Eventually.IsTrueAsync(() => Host.Service.Watch.Count < MaxWatchers, "places of readers that left");
        using var events = await EventReader.OpenAsync(_web.Client, path, id);
        for (var read = 0; read < most && await events.NextAsync() is { Type: not "ready" } next;)
        {
            if (next.Type == "document")
            {
                seen.Add(next.Long("version"));
                read++;
            }
        }

        return events.LastId;
    }
}
