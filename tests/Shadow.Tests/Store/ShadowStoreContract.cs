using System.Text;
using System.Text.Json;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;

namespace Roost.Shadow.Tests.Store;

/// <summary>What every store promises.</summary>
internal abstract class ShadowStoreContract
{
    protected IShadowStore Store { get; set; } = null!;

    protected abstract Task<IShadowStore> OpenAsync();

    [SetUp]
    public async Task OpenStore() => Store = await OpenAsync();

    [TearDown]
    public async Task CloseStore() => await Store.DisposeAsync();

    [Test]
    public void Read_of_what_was_never_written_is_null() => Assert.That(Store.Read(Some.Id("thing")), Is.Null);

    [TestCase("""{"a":1.0,"b":[true,{"c":"\u00e4\"\n\u0000"}],"timestamp":{"timestamp":1},"e":{},"f":[]}""")]
    [TestCase("""{"n":123456789012345678901234567890.10}""")]
    public async Task Read_gives_back_what_was_written(string json)
    {
        var id = Some.Id("thing:1", "$config");
        var record = Some.Record(json, version: 7, seconds: 1_700_000_000);

        await Write(id, record);

        Assert.That(Print(Store.Read(id)!), Is.EqualTo(Print(record)));
    }

    [Test]
    public async Task Times_of_leaves_survive()
    {
        var id = Some.Id("thing");
        var first = Some.Record("""{"a":1,"b":2,"c":[3,4]}""", 1, 1_700_000_000).State!.Reported;
        var state = new ShadowState(first, StateMerge.Section(first, Some.Object("""{"b":5}""", 1_600_000_000)));
        await Write(id, new ShadowRecord(2, 1_700_000_100, state));

        Assert.That(Print(Store.Read(id)!), Is.EqualTo(Print(new ShadowRecord(2, 1_700_000_100, state))));
    }

    [Test]
    public async Task Tombstone_reads_back_as_a_tombstone_and_is_not_listed()
    {
        await Write(Some.Id("thing", "gone"), new ShadowRecord(9, 100, State: null));

        Assert.That(Store.Read(Some.Id("thing", "gone")), Is.EqualTo(new ShadowRecord(9, 100, State: null)));
        Assert.That(Store.ListNamed("thing", "", 10), Is.Empty);
        Assert.That(Store.ListThings("", 10), Is.Empty);
    }

    [Test]
    public async Task Purge_forgets_old_tombstones_only()
    {
        await Write(Some.Id("old"), new ShadowRecord(1, 100, State: null));
        await Write(Some.Id("young"), new ShadowRecord(1, 101, State: null));
        await Write(Some.Id("alive"), Some.Record("{}", 1, 50));

        Assert.That(await Store.PurgeTombstonesAsync(100), Is.EqualTo(1));
        Assert.That(Store.Read(Some.Id("old")), Is.Null);
        Assert.That(Store.Read(Some.Id("young")), Is.Not.Null);
        Assert.That(Store.Read(Some.Id("alive")), Is.Not.Null);
    }

    [Test]
    public async Task The_last_of_several_changes_of_one_shadow_counts()
    {
        await Write(Some.Change(Some.Id("a"), Some.Record("{}", 1, 1)), Some.Change(Some.Id("b"), Some.Record("{}", 4, 1)), Some.Change(Some.Id("a"), Some.Record("{}", 2, 1)));
        await Write(Some.Change(Some.Id("b"), new ShadowRecord(4, 2, State: null)));

        Assert.That(Store.Read(Some.Id("a"))!.Version, Is.EqualTo(2));
        Assert.That(Store.Read(Some.Id("b"))!.IsTombstone);
    }

    [Test]
    public async Task Changes_are_numbered_in_order()
    {
        ShadowChange[] changes = [.. Enumerable.Range(0, 5).Select(i => Some.Change(Some.Id($"t{i}"), Some.Record("{}", 1, 1)))];
        await Write(changes);

        Assert.That(changes.Select(change => change.Offset), Is.EqualTo(new long[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public async Task What_was_deleted_lately_takes_no_place_on_a_page()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await Write(Some.Id("thing", name), Some.Record("{}", 1, 1));
            await Write(Some.Id(name), Some.Record("{}", 1, 1));
        }

        await Write(Some.Change(Some.Id("thing", "a"), new ShadowRecord(1, 1, null)), Some.Change(Some.Id("b"), new ShadowRecord(1, 1, null)));

        Assert.That(Store.ListNamed("thing", "", 2), Is.EqualTo(new[] { "b", "c" }));
        Assert.That(Store.ListThings("", 2).Select(summary => summary.Id.Thing), Is.EqualTo(new[] { "a", "c" }));
    }

    [Test]
    public async Task Named_shadows_are_listed_in_order_page_by_page_without_the_classic_one()
    {
        foreach (var name in new[] { "b", "a", "C", "$d", null })
        {
            await Write(Some.Id("thing", name), Some.Record("{}", 1, 1));
        }

        await Write(Some.Id("other", "x"), Some.Record("{}", 1, 1));

        Assert.That(Store.ListNamed("thing", "", 3), Is.EqualTo(new[] { "$d", "C", "a" }));
        Assert.That(Store.ListNamed("thing", "a", 3), Is.EqualTo(new[] { "b" }));
        Assert.That(Store.ListNamed("nobody", "", 3), Is.Empty);
    }

    [Test]
    public async Task Things_are_listed_whole_page_by_page()
    {
        await Write(Some.Id("b"), Some.Record("{}", 3, 1_700_000_000));
        await Write(Some.Id("a"), Some.Record("{}", 1, 1));
        await Write(Some.Id("a", "x"), Some.Record("{}", 1, 1));
        await Write(Some.Id("c", "y"), Some.Record("{}", 1, 1));

        Assert.That(Store.ListThings("", 2).Select(summary => summary.Id.ToString()), Is.EqualTo(new[] { "a", "a~x", "b" }));
        Assert.That(Store.ListThings("b", 2).Select(summary => summary.Id.ToString()), Is.EqualTo(new[] { "c~y" }));
        Assert.That(Store.ListThings("a", 1).Single(), Is.EqualTo(new ShadowSummary(Some.Id("b"), 3, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000))));
    }

    [Test]
    public async Task A_write_of_many_shadows_keeps_them_all()
    {
        var records = Enumerable.Range(0, 500).ToDictionary(i => Some.Id($"thing-{i}"), i => Some.Record($"{{\"n\":{i}}}", i + 1, i));

        await Write([.. records.Select(entry => Some.Change(entry.Key, entry.Value))]);

        foreach (var (id, record) in records)
        {
            Assert.That(Print(Store.Read(id)!), Is.EqualTo(Print(record)));
        }
    }

    protected virtual Task Write(params ShadowChange[] changes) => Store.WriteAsync(changes);

    protected Task Write(ShadowId id, ShadowRecord record) => Write(Some.Change(id, record));

    protected static string Print(ShadowRecord record) => record.State is { } state
        ? Encoding.UTF8.GetString(MessageWriter.Got(state, record.Version, record.UpdatedSeconds, token: null))
        : $"tombstone {record.Version} {record.UpdatedSeconds}";
}
