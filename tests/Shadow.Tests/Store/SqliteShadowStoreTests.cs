using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Documents;
using Roost.Shadow.Store;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Store;

internal sealed class SqliteShadowStoreTests : ShadowStoreContract
{
    private TemporaryFolder _folder = null!;

    protected override IShadowStore Open()
    {
        _folder = new TemporaryFolder();
        return Open(_folder.Path);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Committed_records_are_in_the_files_whatever_happens_to_the_process()
    {
        await Write(Some.Id("kept", "n"), Some.Record("""{"a":1}""", 5, 10));
        await Write(Some.Id("deleted"), new ShadowRecord(3, 10, State: null));

        // The files as a killed process leaves them: nothing is closed, the write-ahead log is not copied back.
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Copy(file, copy[Path.GetFileName(file)]);
        }

        await using var reopened = Open(copy.Path);
        Assert.That(Print(reopened.Read(Some.Id("kept", "n"))!), Is.EqualTo(Print(Some.Record("""{"a":1}""", 5, 10))));
        Assert.That(reopened.Read(Some.Id("deleted"))!.IsTombstone);
    }

    [Test]
    public async Task Closed_and_opened_again_it_has_everything()
    {
        await Write(Some.Id("thing"), Some.Record("""{"a":1}""", 5, 10));
        await Store.DisposeAsync();

        Store = Open(_folder.Path);

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
        Execute(damage);
        await Write(Some.Id("good"), Some.Record("""{"a":1}""", 5, 10));

        Assert.That(() => Store.Read(Some.Id("bad", name)),
            Throws.TypeOf<CorruptShadowException>().With.Property("Id").EqualTo(Some.Id("bad", name)).And.Message.Contain("backup"));
        Assert.That(Store.Read(Some.Id("good")), Is.Not.Null);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder[SqliteShadowStore.FileName]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteShadowStore Open(string folder) => SqliteShadowStore.Open(folder, Durability.PowerLoss, NullLogger.Instance);
}
