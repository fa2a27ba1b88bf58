using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Documents;
using Roost.Shadow.History;
using Roost.Shadow.Journal;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.History;

public sealed class ShadowHistoryTests
{
    private TemporaryFolder _folder = null!;
    private ShadowJournal _journal = null!;
    private ShadowHistory _history = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _journal = ShadowJournal.Open(_folder.Path, neededFrom: 0, new ShadowHistoryOptions(), Durability.Crash, new ManualTimeProvider(), NullLogger.Instance, null);
        _history = new ShadowHistory(_journal);
    }

    [TearDown]
    public async Task TearDown()
    {
        _history.Dispose();
        await _journal.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_shadow_without_changes_has_an_empty_history()
    {
        await Append(Some.Id("other"), 3);

        var page = await ReadAsync(Some.Id("thing"));
        Assert.That((page.Entries.Count, page.Next, page.Damage), Is.EqualTo((0, (long?)null, (Exception?)null)));
    }

    [Test]
    public async Task Changes_come_newest_first_whatever_lies_between_them()
    {
        await Append(Some.Id("thing"), 1);
        await Append(Some.Id("other"), 40_000); // more than two blocks
        await Append(Some.Id("thing", "named"), 2);
        await Append(Some.Id("thing"), 2, firstVersion: 2);

        var page = await ReadAsync(Some.Id("thing"));
        Assert.That(page.Entries.Select(entry => (entry.Change.Record.Version, entry.Change.Offset)), Is.EqualTo(new[] { (3L, 40_004L), (2L, 40_003L), (1L, 0L) }));
        Assert.That(page.Entries.Select(entry => entry.Kind), Is.EqualTo(new[] { HistoryKind.Updated, HistoryKind.Updated, HistoryKind.Created }));
        Assert.That(page.Next, Is.Null);
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(7)]
    public async Task Pages_have_every_change_once_and_the_last_of_each_is_compared_too(int limit)
    {
        for (var version = 1; version <= 21; version++)
        {
            await Append(Some.Id("thing"), 1, version);
            await Append(Some.Id("other"), 2, version);
        }

        var versions = new List<long>();
        var before = long.MaxValue;
        for (long? next = before; next is not null;)
        {
            var page = await _history.ReadAsync(Some.Id("thing"), next.Value, limit, CancellationToken.None);
            versions.AddRange(page.Entries.Select(entry => entry.Change.Record.Version));
            Assert.That(page.Entries.Select(entry => entry.Changes?.Count), Is.All.EqualTo(1));
            next = page.Next;
        }

        Assert.That(versions, Is.EqualTo(Enumerable.Range(1, 21).Reverse()));
    }

    [Test]
    public async Task Deletion_and_recreation_are_told_with_what_went_and_came()
    {
        await Append(Some.Id("thing"), 1);
        await AppendAsync(Some.Id("thing"), new ShadowRecord(1, 10, State: null));
        await Append(Some.Id("thing"), 1, firstVersion: 2);

        var entries = (await ReadAsync(Some.Id("thing"))).Entries;
        Assert.That(entries.Select(entry => entry.Kind), Is.EqualTo(new[] { HistoryKind.Recreated, HistoryKind.Deleted, HistoryKind.Created }));
        Assert.That(entries.Select(entry => (entry.Changes![0].Old is null, entry.Changes[0].New is null)), Is.EqualTo(new[] { (true, false), (false, true), (true, false) }));
    }

    [Test]
    public async Task The_oldest_change_kept_does_not_pretend_to_know_what_it_changed()
    {
        await Append(Some.Id("thing"), 2, firstVersion: 8);

        var entries = (await ReadAsync(Some.Id("thing"))).Entries;
        Assert.That(entries.Select(entry => (entry.Change.Record.Version, entry.Changes is null)), Is.EqualTo(new[] { (9L, false), (8L, true) }));
    }

    [Test]
    public async Task Damage_is_told_and_what_is_newer_and_older_can_be_read()
    {
        await Append(Some.Id("thing"), 300);
        await Append(Some.Id("other"), 20_000);
        await Append(Some.Id("thing"), 2, firstVersion: 301);
        Damage("{\"version\":100,");

        var newer = await _history.ReadAsync(Some.Id("thing"), long.MaxValue, 100, CancellationToken.None);
        Assert.That(newer.Entries.Select(entry => entry.Change.Record.Version), Is.EqualTo(new[] { 302L, 301 }));
        Assert.That(newer.Damage!.Offset, Is.EqualTo(99));
        var older = await _history.ReadAsync(Some.Id("thing"), newer.Next!.Value, 5, CancellationToken.None);
        Assert.That(older.Entries.Select(entry => entry.Change.Record.Version), Is.EqualTo(new[] { 99L, 98, 97, 96, 95 }));
        Assert.That(older.Damage, Is.Null);
    }

    [Test]
    public async Task A_reader_that_goes_away_ends_the_search()
    {
        await Append(Some.Id("other"), 10);

        Assert.That(() => _history.ReadAsync(Some.Id("thing"), long.MaxValue, 1, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await ReadAsync(Some.Id("thing"))).Entries, Is.Empty);
    }

    private Task<HistoryPage> ReadAsync(ShadowId id) => _history.ReadAsync(id, long.MaxValue, 10, CancellationToken.None);

    private async Task Append(ShadowId id, int changes, long firstVersion = 1) =>
        await _journal.AppendAsync([.. Enumerable.Range(0, changes).Select(i => Some.Change(id, Some.Record($$"""{"n":{{firstVersion + i}}}""", firstVersion + i, 10)))]);

    private Task AppendAsync(ShadowId id, ShadowRecord record) => _journal.AppendAsync([Some.Change(id, record)]);

    private void Damage(string text)
    {
        var segment = Directory.GetFiles(_folder[ShadowJournal.FolderName]).Where(file => Path.GetFileName(file) != "lock").Order().First();
        using var file = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var at = bytes.AsSpan().IndexOf(Some.Utf8(text));
        Assert.That(at, Is.Positive);
        file.Position = at + 3;
        file.WriteByte((byte)'X');
    }
}
