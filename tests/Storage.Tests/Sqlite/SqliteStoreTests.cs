using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Sqlite;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Sqlite;

public sealed class SqliteStoreTests
{
    private static readonly SqliteStoreOptions Numbers = new() { Migrations = ["CREATE TABLE number (value INTEGER PRIMARY KEY)"] };

    [Test]
    public async Task Many_writes_at_once_are_all_stored_but_for_the_one_that_throws()
    {
        using var folder = new TemporaryFolder();
        await using (var store = Open(folder))
        {
            var writes = Enumerable.Range(0, 200).Select(value => store.WriteAsync(connection =>
            {
                Insert(connection, value);
                return value == 100 ? throw new InvalidOperationException("refused") : value;
            })).ToArray();

            Assert.That(() => writes[100], Throws.InvalidOperationException.With.Message.EqualTo("refused"));
            await Task.WhenAll(writes.Where((_, value) => value != 100));
            Assert.That(store.Read(Count), Is.EqualTo(199));
        }

        await using var reopened = Open(folder);
        Assert.That(reopened.Read(Count), Is.EqualTo(199));
    }

    private static SqliteStore Open(TemporaryFolder folder, SqliteStoreOptions? options = null) =>
        SqliteStore.Open(folder["test.db"], options ?? Numbers, NullLogger.Instance);

    private static void Insert(SqliteConnection connection, long value)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO number VALUES ($value)";
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    private static long Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM number";
        return (long)command.ExecuteScalar()!;
    }
}
