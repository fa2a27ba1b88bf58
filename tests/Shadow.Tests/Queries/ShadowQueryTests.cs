using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Roost.Shadow.Documents;
using Roost.Shadow.Queries;

namespace Roost.Shadow.Tests.Queries;

/// <summary>What filters mean. Every question is asked of shadows that wait for the table, and of the table.</summary>
[CancelAfter(60_000)]
internal sealed class ShadowQueryTests
{
    private ShadowHost _fresh = null!;
    private ShadowHost _stored = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        (_fresh, _stored) = (await ShadowHost.StartAsync(), await ShadowHost.StartAsync());
        foreach (var host in new[] { _fresh, _stored })
        {
            await UpdateAsync(host, "a-1", null, """{"reported":{"battery":5,"mode":"clean","ok":true,"where":{"room":"kitchen","floor":0},"tags":["x"],"big":9007199254740993}}""");
            await UpdateAsync(host, "a-2", null, """{"desired":{"mode":"dock"},"reported":{"battery":20.0,"mode":"clean","ok":false,"where":"lost"}}""");
            await UpdateAsync(host, "a-2", "cfg", """{"reported":{"battery":1e1,"a key":"quo\"te","Ünï":"ü","a.b":{"c":1},"q\"k":1}}""");
            await UpdateAsync(host, "b-1", null, """{"desired":{"mode":"dock"},"reported":{"battery":-3,"mode":"dock"}}""");
            await UpdateAsync(host, "b-2", null, """{"reported":{"battery":"low"}}""");
            await UpdateAsync(host, "b-2", null, """{"reported":{"note":""}}""");
            await UpdateAsync(host, "c-1", null, """{"reported":{"battery":1}}""");
            await host.Service.DeleteAsync(Some.Id("c-1"), default, ShadowOrigin.Daemon);
        }

        await _stored.RestartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _fresh.DisposeAsync();
        await _stored.DisposeAsync();
    }

    [TestCase("reported.battery<20", "a-1 a-2~cfg b-1")]
    [TestCase("reported.battery<=20", "a-1 a-2 a-2~cfg b-1")]
    [TestCase("reported.battery=20", "a-2", Description = "by value: 20.0")]
    [TestCase("reported.battery==10", "a-2~cfg", Description = "by value: 1e1")]
    [TestCase("reported.battery>=5", "a-1 a-2 a-2~cfg")]
    [TestCase("reported.battery>-3.5 and reported.battery<0", "b-1")]
    [TestCase("reported.battery!=5", "a-2 a-2~cfg b-1 b-2", Description = "what is of another kind is unequal")]
    [TestCase("reported.battery<>5", "a-2 a-2~cfg b-1 b-2")]
    [TestCase("reported.battery=low", "b-2")]
    [TestCase("reported.battery>\"\"", "b-2", Description = "texts are compared with texts only")]
    [TestCase("reported.big=9007199254740992", "", Description = "no detour over double")]
    [TestCase("reported.big>9007199254740992", "a-1")]
    [TestCase("reported.battery=\"20\"", "", Description = "a text is no number")]
    [TestCase("reported.ok=true", "a-1")]
    [TestCase("reported.ok<true", "a-2")]
    [TestCase("reported.mode=clean and not reported.ok=true", "a-2")]
    [TestCase("not reported.mode=clean", "a-2~cfg b-1 b-2", Description = "what has none is not clean")]
    [TestCase("reported.mode!=clean", "b-1", Description = "but it is not unequal either")]
    [TestCase("reported.mode='dock' or reported.battery=low and reported.mode exists", "b-1", Description = "and binds more tightly")]
    [TestCase("(reported.mode='dock' or reported.battery=low) and reported.note exists", "b-2")]
    [TestCase("reported.where exists", "a-1 a-2")]
    [TestCase("reported.where.room EXISTS", "a-1")]
    [TestCase("reported.where.room=kitchen AND reported.where.floor=0", "a-1")]
    [TestCase("reported.where=kitchen", "", Description = "an object is equal to nothing")]
    [TestCase("reported.where!=kitchen", "a-1 a-2")]
    [TestCase("reported.tags exists", "a-1")]
    [TestCase("reported.tags.\"0\" exists", "")]
    [TestCase("desired exists", "a-2 b-1")]
    [TestCase("delta exists", "a-2")]
    [TestCase("delta.mode=dock", "a-2")]
    [TestCase("thing=a-2", "a-2 a-2~cfg")]
    [TestCase("thing like a-*", "a-1 a-2 a-2~cfg")]
    [TestCase("thing like '*-2' and name=''", "a-2 b-2")]
    [TestCase("thing like b-* or thing=a-1", "a-1 b-1 b-2")]
    [TestCase("thing>=b", "b-1 b-2")]
    [TestCase("thing in (a-1, 'b-1' , zzz)", "a-1 b-1")]
    [TestCase("thing='é'", "", Description = "no thing has such a name")]
    [TestCase("name=cfg", "a-2~cfg")]
    [TestCase("version>1", "b-2")]
    [TestCase("updated>=2026-01-01T00:00:00Z and updated<\"2026-01-01 00:00:01Z\"", "a-1 a-2 a-2~cfg b-1 b-2")]
    [TestCase("updated>1767225600", "")]
    [TestCase("reported.\"a key\"='quo\"te'", "a-2~cfg")]
    [TestCase("reported.'a key' like 'quo*te'", "a-2~cfg")]
    [TestCase("reported.\"a key\"=\"quo\\\"te\"", "a-2~cfg")]
    [TestCase("reported.\"Ünï\"='ü'", "a-2~cfg")]
    [TestCase("reported.\"a.b\".c=1", "a-2~cfg")]
    [TestCase("reported.'q\"k'=1", "a-2~cfg")]
    [TestCase("reported.a.b.c=1", "")]
    [TestCase("reported.where exists and reported.where.room exists", "a-1", Description = "a part and what it is a part of")]
    [TestCase("reported.note=''", "b-2")]
    [TestCase("reported.mode like *ea*", "a-1 a-2")]
    [TestCase("reported.battery like *", "b-2", Description = "only texts are like anything")]
    public void A_filter_finds(string where, string expected)
    {
        Assert.That(Find(_fresh, where), Is.EqualTo(expected), "in what waits");
        Assert.That(Find(_stored, where), Is.EqualTo(expected), "in the table");
    }

    [Test]
    public void A_selection_shows_what_there_is_as_it_is()
    {
        foreach (var host in new[] { _fresh, _stored })
        {
            Assert.That(ShadowQuery.TryCreate("thing=a-1", "reported.battery,reported.where,reported.none,thing,version,reported.big", name: null, out var query, out _));
            var values = query!.Run(Store(host), "", 10, host.Clock, CancellationToken.None).Matches.Single().Values;

            Assert.That(values.Select(value => Encoding.UTF8.GetString(value.Json.Span)), Is.EqualTo(new[]
            {
                "5", """{"room":"kitchen","floor":0}""", "", "\"a-1\"", "1", "9007199254740993",
            }));
        }
    }

    [Test]
    public void Pages_put_together_are_the_whole()
    {
        foreach (var host in new[] { _fresh, _stored })
        {
            Assert.That(ShadowQuery.TryCreate("reported.battery exists", null, name: null, out var query, out _));
            var (names, after) = (new List<string>(), "");
            while (after is not null)
            {
                var page = query!.Run(Store(host), after, maxThings: 1, host.Clock, CancellationToken.None);
                Assert.That(page.Matches.Select(match => match.Id.Thing).Distinct().Count(), Is.LessThanOrEqualTo(1));
                names.AddRange(page.Matches.Select(match => match.Id.ToString()));
                after = page.Next;
            }

            Assert.That(string.Join(' ', names), Is.EqualTo("a-1 a-2 a-2~cfg b-1 b-2"));
        }
    }

    [Test]
    public void A_path_that_is_selected_in_two_spellings_is_shown_once()
    {
        Assert.That(ShadowQuery.TryCreate("thing=a-1", "reported.battery,version,reported.\"battery\",reported.'battery',version", name: null, out var query, out _));

        Assert.That(query!.Selected, Is.EqualTo(new[] { "reported.battery", "version" }));
    }

    [Test]
    public void A_page_ends_when_its_time_is_over_and_the_next_goes_on()
    {
        Assert.That(ShadowQuery.TryCreate("reported.battery exists", null, name: null, out var query, out _));
        var (found, pages, after) = (new List<string>(), 0, "");
        for (; after is not null; pages++)
        {
            var page = query!.Run(Store(_stored), after, 1000, new HurryingClock(ticksPerSecond: 1), CancellationToken.None);
            found.AddRange(page.Matches.Select(match => match.Id.ToString()));
            after = page.Next;
        }

        Assert.That(string.Join(' ', found), Is.EqualTo("a-1 a-2 a-2~cfg b-1 b-2"));
        Assert.That(pages, Is.EqualTo(4), "a thing each, with all its shadows");
    }

    [Test]
    public void A_client_that_leaves_is_noticed_at_the_next_shadow()
    {
        Assert.That(ShadowQuery.TryCreate("reported exists", null, name: null, out var query, out _));
        using var left = new CancellationTokenSource();

        Assert.That(() => query!.Run(Store(_stored), "", 1000, new HurryingClock(ticksPerSecond: 1000, left.Cancel), left.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Numbers_are_ordered_by_value()
    {
        var number = Gen.Elements("0", "-0", "0.0", "1", "1.0", "1e0", "10e-1", "-1", "0.5", "5e-1", "-0.5", "12", "120e-1", "1234567890123456789012345678", "1e28", "-1e28", "1E+2", "99.999");
        Prop.ForAll(Arb.From(number.Two()), pair =>
            Math.Sign(DecimalText.Compare(Some.Utf8(pair.Item1), Some.Utf8(pair.Item2)) ?? 99) == ValueOf(pair.Item1).CompareTo(ValueOf(pair.Item2))).QuickCheckThrowOnFailure();

        static decimal ValueOf(string text) => decimal.Parse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Find(ShadowHost host, string where)
    {
        Assert.That(ShadowQuery.TryCreate(where, select: null, name: null, out var query, out var fault), () => fault!.Value.Text);
        return string.Join(' ', query!.Run(Store(host), "", 1000, host.Clock, CancellationToken.None).Matches.Select(match => match.Id));
    }

    private static Roost.Shadow.Store.JournaledShadowStore Store(ShadowHost host) => host.Service.Store;

    private static async Task UpdateAsync(ShadowHost host, string thing, string? name, string state)
    {
        var answer = await host.Service.UpdateAsync(Some.Id(thing, name), Encoding.UTF8.GetBytes($$"""{"state":{{state}}}"""), ShadowOrigin.Daemon);
        Assert.That(answer.Error, Is.Null);
    }

    /// <summary>Each look at it is a tick later than the one before.</summary>
    /// <param name="looked">Called at each look but the first, which is before any shadow.</param>
    private sealed class HurryingClock(long ticksPerSecond, Action? looked = null) : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => ticksPerSecond;

        public override long GetTimestamp()
        {
            if (_ticks > 0)
            {
                looked?.Invoke();
            }

            return _ticks++;
        }
    }
}
