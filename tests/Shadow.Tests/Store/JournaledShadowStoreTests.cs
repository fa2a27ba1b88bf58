using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Store;

/// <param name="storesAtOnce">Whether what is written is in the table when a test looks, or in the journal alone.</param>
[TestFixture(false)]
[TestFixture(true)]
internal sealed class JournaledShadowStoreTests(bool storesAtOnce) : ShadowStoreContract
{
    private readonly ManualTimeProvider _clock = new();
    private TemporaryFolder _folder = null!;

    private JournaledShadowStore Journaled => (JournaledShadowStore)Store;

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Committed_records_are_in_the_files_whatever_happens_to_the_process()
    {
        await Write(Some.Id("kept", "n"), Some.Record("""{"a":1}""", 5, 10));
        await Write(Some.Id("deleted"), new ShadowRecord(3, 10, State: null));

        using var copy = CopyAsKilled();
        await using var reopened = await OpenAsync(copy.Path);
        Assert.That(Print(reopened.Read(Some.Id("kept", "n"))!), Is.EqualTo(Print(Some.Record("""{"a":1}""", 5, 10))));
        Assert.That(reopened.Read(Some.Id("deleted"))!.IsTombstone);
    }

    [Test]
    public async Task Changes_after_the_table_was_written_are_taken_from_the_journal()
    {
        await Write(Some.Id("a"), Some.Record("""{"n":1}""", 1, 10));
        await Journaled.StoreAsync();
        await Write(Some.Id("a"), Some.Record("""{"n":2}""", 2, 11));
        await Write(Some.Id("b"), Some.Record("""{"n":3}""", 1, 12));

        using var copy = CopyAsKilled();
        await using var reopened = await OpenAsync(copy.Path);
        Assert.That(Print(reopened.Read(Some.Id("a"))!), Is.EqualTo(Print(Some.Record("""{"n":2}""", 2, 11))));
        Assert.That(Print(reopened.Read(Some.Id("b"))!), Is.EqualTo(Print(Some.Record("""{"n":3}""", 1, 12))));
    }

    [Test]
    public async Task Closed_and_opened_again_it_has_everything_in_the_table()
    {
        await Write(Some.Id("thing"), Some.Record("""{"a":1}""", 5, 10));
        await Store.DisposeAsync();

        Assert.That(Scalar("SELECT version FROM shadows"), Is.EqualTo(5));
        Assert.That(Scalar("SELECT applied FROM journal"), Is.EqualTo(1));
        Store = await OpenAsync(_folder.Path);
        Assert.That(Store.Read(Some.Id("thing"))!.Version, Is.EqualTo(5));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_table_follows_after_an_interval()
    {
        await Store.WriteAsync([Some.Change(Some.Id("thing"), Some.Record("""{"a":1}""", 5, 10))]);
        Assert.That(Scalar("SELECT count(*) FROM shadows"), Is.Zero);

        _clock.Advance(JournaledShadowStore.StoreInterval);
        await Eventually.IsTrueAsync(() => Scalar("SELECT count(*) FROM shadows") == 1, "the table has the shadow");
    }

    [Test]
    public async Task Retention_keeps_what_only_the_journal_has()
    {
        await Write(Some.Id("thing"), Some.Record("""{"a":1}""", 5, 10));

        Assert.That(Journaled.Journal.Log.KeepFrom, Is.EqualTo(storesAtOnce ? 1 : 0));
    }

    [Test]
    public async Task A_journal_that_was_removed_leaves_the_shadows_of_the_table()
    {
        await Write(Some.Id("thing"), Some.Record("""{"a":1}""", 5, 10));
        await Store.DisposeAsync();
        Directory.Delete(_folder[ShadowJournal.FolderName], recursive: true);

        Assert.That(Journaled.JournalFitted);
        Store = await OpenAsync(_folder.Path);
        Assert.That(Journaled.JournalFitted, Is.False, "which health tells");
        Assert.That(Store.Read(Some.Id("thing"))!.Version, Is.EqualTo(5));
        await Write(Some.Id("thing"), Some.Record("""{"a":2}""", 6, 11));
        using var copy = CopyAsKilled();
        await using var reopened = await OpenAsync(copy.Path);
        Assert.That(reopened.Read(Some.Id("thing"))!.Version, Is.EqualTo(6));
    }

    [Test]
    public async Task A_table_that_cannot_be_written_lets_the_start_through_and_gets_its_rows_later()
    {
        await Write(Some.Id("a"), Some.Record("""{"n":1}""", 1, 10));
        await Journaled.StoreAsync();
        await Store.WriteAsync([Some.Change(Some.Id("a"), Some.Record("""{"n":2}""", 2, 11)), Some.Change(Some.Id("b"), Some.Record("""{"n":3}""", 1, 12))]);
        using var copy = CopyAsKilled();
        Execute("CREATE TRIGGER full BEFORE INSERT ON shadows BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END", copy.Path);

        await using var reopened = (JournaledShadowStore)await OpenAsync(copy.Path);
        Assert.That(reopened.Read(Some.Id("a"))!.Version, Is.EqualTo(2));
        Assert.That(reopened.ListThings("", 10).Select(summary => summary.Id.Thing), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(reopened.Journal.Log.KeepFrom, Is.EqualTo(1), "what the table has not is kept");
        await reopened.WriteAsync([Some.Change(Some.Id("b"), Some.Record("""{"n":4}""", 2, 13))]);

        Execute("DROP TRIGGER full", copy.Path);
        await reopened.StoreAsync();
        Assert.That(Scalar("SELECT sum(version) FROM shadows", copy.Path), Is.EqualTo(4));
    }

    [Test]
    public async Task Damage_in_history_that_the_table_has_whole_keeps_nobody_from_starting()
    {
        var padding = new string('x', 4000);
        for (var i = 1; i <= 1400; i++)
        {
            await Store.WriteAsync([Some.Change(Some.Id("a"), Some.Record($"{{\"n\":\"{padding}\"}}", i, 10))]);
        }

        await Store.DisposeAsync();
        var segments = Directory.GetFiles(_folder[ShadowJournal.FolderName], "*.log").Order(StringComparer.Ordinal).ToArray();
        Assert.That(segments, Has.Length.GreaterThanOrEqualTo(3));
        File.WriteAllBytes(segments[1], File.ReadAllBytes(segments[1])[..^10]);

        Store = await OpenAsync(_folder.Path);
        Assert.That(Store.Read(Some.Id("a"))!.Version, Is.EqualTo(1400));
        Assert.That(Journaled.HistorySetAside, Is.EqualTo(2));
        Assert.That(Journaled.JournalFitted, "what is needed is there");
        Assert.That(File.Exists(segments[0] + ".damaged") && File.Exists(segments[1] + ".damaged"), "nothing is thrown away");
        await Store.WriteAsync([Some.Change(Some.Id("a"), Some.Record("{}", 1401, 11))]);
        await Store.DisposeAsync();
        Store = await OpenAsync(_folder.Path);
        Assert.That(Journaled.HistorySetAside, Is.Zero, "said once");
    }

    [Test]
    public async Task A_record_of_the_journal_that_is_none_of_ours_stops_the_start()
    {
        await Store.DisposeAsync();
        await using (var log = AppendLog.Open(_folder[ShadowJournal.FolderName], new AppendLogOptions(), _clock, NullLogger.Instance))
        {
            await log.AppendAsync("thing"u8.ToArray(), default, """{"version":0}"""u8.ToArray());
        }

        Assert.That(() => OpenAsync(_folder.Path), Throws.TypeOf<CorruptLogException>().With.Message.Contain("no version"));
        File.Delete(_folder[ShadowTable.FileName]);
        Directory.Delete(_folder[ShadowJournal.FolderName], recursive: true);
        Store = await OpenAsync(_folder.Path); // and nothing is left open behind the failed start
    }

    [Test]
    public async Task What_the_journal_did_not_take_is_told_and_not_there()
    {
        await Write(Some.Id("thing"), Some.Record("""{"a":1}""", 5, 10));
        await Journaled.Journal.DisposeAsync();

        Assert.That(() => Store.WriteAsync([Some.Change(Some.Id("thing"), Some.Record("""{"a":2}""", 6, 11))]), Throws.Exception);
        Assert.That(Store.Read(Some.Id("thing"))!.Version, Is.EqualTo(5));
    }

    [TestCase("UPDATE shadows SET version = version + 1")]
    [TestCase("UPDATE shadows SET updated = updated + 1")]
    [TestCase("""UPDATE shadows SET state = '{"reported":{"a":2}}'""")]
    [TestCase("UPDATE shadows SET state = '{'")]
    [TestCase("UPDATE shadows SET state = NULL")]
    [TestCase("UPDATE shadows SET times = x''")]
    [TestCase("UPDATE shadows SET times = NULL")]
    [TestCase("UPDATE shadows SET times = x'80'")]
    [TestCase("UPDATE shadows SET checksum = checksum + 1")]
    [TestCase("UPDATE shadows SET name = 'n'", "n")]
    public async Task A_damaged_row_is_reported_with_its_name_and_the_others_can_be_read(string damage, string? name = null)
    {
        await Write(Some.Id("bad"), Some.Record("""{"a":1}""", 5, 10));
        await Journaled.StoreAsync();
        Execute(damage);
        await Write(Some.Id("good"), Some.Record("""{"a":1}""", 5, 10));

        Assert.That(() => Store.Read(Some.Id("bad", name)),
            Throws.TypeOf<CorruptShadowException>().With.Property("Id").EqualTo(Some.Id("bad", name)).And.Message.Contain("backup"));
        Assert.That(Store.Read(Some.Id("good")), Is.Not.Null);
    }

    protected override async Task Write(params ShadowChange[] changes)
    {
        await base.Write(changes);
        if (storesAtOnce)
        {
            await Journaled.StoreAsync();
        }
    }

    protected override Task<IShadowStore> OpenAsync()
    {
        _folder = new TemporaryFolder();
        return OpenAsync(_folder.Path);
    }

    private async Task<IShadowStore> OpenAsync(string folder) =>
        await JournaledShadowStore.OpenAsync(folder, new ShadowHistoryOptions { Bytes = 16 * 1024 * 1024 }, Durability.PowerLoss, _clock, NullLogger.Instance);

    // The files as a killed process leaves them: nothing is closed, SQLite's write-ahead log is not copied back.
    private TemporaryFolder CopyAsKilled()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var target = copy[Path.GetRelativePath(_folder.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private long Scalar(string sql, string? folder = null)
    {
        using var connection = Connect(folder);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private void Execute(string sql, string? folder = null)
    {
        using var connection = Connect(folder);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Connect(string? folder)
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder ?? _folder.Path, ShadowTable.FileName)};Pooling=False");
        connection.Open();
        return connection;
    }
}
