using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Sqlite;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Sqlite;

public sealed class SqliteStoreTests
{
    private static readonly SqliteStoreOptions Numbers = new() { Migrations = ["CREATE TABLE number (value INTEGER PRIMARY KEY)"] };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Many_writes_at_once_are_all_stored_but_for_the_one_that_throws()
    {
        await using (var store = Open())
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

        await using var reopened = Open();
        Assert.That(reopened.Read(Count), Is.EqualTo(199));
    }

    [Test]
    public async Task Writes_that_wait_share_one_transaction()
    {
        await using var store = Open();
        using var release = new ManualResetEventSlim();
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = store.WriteAsync(_ =>
        {
            running.SetResult();
            release.Wait();
        });
        await running.Task; // else some of the others may share its transaction
        var together = Enumerable.Range(0, 50).Select(value => store.WriteAsync(connection =>
        {
            Insert(connection, value);
            return (store.Read(Count), Count(connection));
        })).ToArray();
        release.Set();
        await held;

        var seen = await Task.WhenAll(together);
        Assert.That(seen.Select(pair => pair.Item1), Is.All.Zero, "nothing is seen outside before the COMMIT of all");
        Assert.That(seen.Select(pair => pair.Item2), Is.EqualTo(Enumerable.Range(1, 50)), "each sees those before it");
    }

    [Test]
    public async Task A_failing_statement_rolls_back_only_its_own_action()
    {
        await using var store = Open();
        await store.WriteAsync(connection => Insert(connection, 1));
        Assert.That(
            () => store.WriteAsync(connection =>
            {
                Insert(connection, 2);
                Insert(connection, 1);
            }),
            Throws.InstanceOf<SqliteException>());
        Assert.That(store.Read(Count), Is.EqualTo(1));
    }

    [Test]
    public async Task An_action_that_ends_the_transaction_fails_and_the_store_goes_on()
    {
        await using var store = Open();
        Assert.That(() => store.WriteAsync(connection => Execute(connection, "ROLLBACK")), Throws.InstanceOf<SqliteException>());
        await store.WriteAsync(connection => Insert(connection, 1));
        Assert.That(store.Read(Count), Is.EqualTo(1));
    }

    [Test]
    public async Task A_full_database_refuses_the_write_and_takes_the_next_that_fits()
    {
        await using var store = Open();
        await store.WriteAsync(connection => Execute(connection, "PRAGMA max_page_count = 10"));
        Assert.That(
            () => store.WriteAsync(connection => Execute(connection, "CREATE TABLE big AS SELECT randomblob(100000)")),
            Throws.InstanceOf<SqliteException>());
        await store.WriteAsync(connection => Insert(connection, 1));
        Assert.That(store.Read(Count), Is.EqualTo(1));
    }

    [Test]
    public async Task A_read_sees_one_state_and_cannot_write()
    {
        await using var store = Open();
        var (before, after) = store.Read(connection =>
        {
            var first = Count(connection);
            store.WriteAsync(writer => Insert(writer, 1)).Wait();
            return (first, Count(connection));
        });

        Assert.That((before, after), Is.EqualTo((0, 0)));
        Assert.That(store.Read(Count), Is.EqualTo(1));
        Assert.That(
            () => store.Read(connection =>
            {
                Insert(connection, 2);
                return 0;
            }),
            Throws.InstanceOf<SqliteException>());
    }

    [Test]
    public async Task Cancelled_before_its_turn_a_write_is_not_done()
    {
        await using var store = Open();
        using var release = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var held = store.WriteAsync(_ => release.Wait());
        var cancelled = store.WriteAsync(connection => Insert(connection, 1), cancel.Token);
        await cancel.CancelAsync();
        release.Set();
        await held;
        Assert.That(() => cancelled, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(store.Read(Count), Is.Zero);
    }

    [Test]
    public async Task Writes_beyond_the_queue_wait_and_all_are_done()
    {
        await using var store = Open(new SqliteStoreOptions { Migrations = Numbers.Migrations, MaxQueuedActions = 2, MaxActionsPerTransaction = 1 });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(value => store.WriteAsync(connection => Insert(connection, value))));
        Assert.That(store.Read(Count), Is.EqualTo(50));
    }

    [Test]
    public async Task Disposing_does_what_is_queued_and_refuses_what_comes_after()
    {
        var store = Open();
        using var release = new ManualResetEventSlim();
        _ = store.WriteAsync(_ => release.Wait());
        var queued = store.WriteAsync(connection => Insert(connection, 1));
        var disposed = store.DisposeAsync().AsTask();
        release.Set();
        await disposed;
        await queued;
        Assert.That(() => store.WriteAsync(connection => Insert(connection, 2)), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(File.Exists(_folder["test.db-wal"]), Is.False, "the write-ahead log is in the database file");
    }

    [Test]
    public async Task Migrations_run_once_and_in_order()
    {
        string[] scripts = ["CREATE TABLE number (value INTEGER PRIMARY KEY)", "INSERT INTO number VALUES (1)", "INSERT INTO number SELECT value + 1 FROM number; -- comment at the end"];
        await using (var store = Open(new SqliteStoreOptions { Migrations = scripts[..2] }))
        {
            Assert.That(store.Read(Count), Is.EqualTo(1));
        }

        await using (var store = Open(new SqliteStoreOptions { Migrations = scripts }))
        {
            Assert.That(store.Read(Count), Is.EqualTo(2));
        }

        Assert.That(() => Open(new SqliteStoreOptions { Migrations = scripts[..2] }), Throws.InstanceOf<DatabaseVersionException>()
            .With.Property(nameof(DatabaseVersionException.Found)).EqualTo(3));
    }

    [Test]
    public async Task A_migration_that_fails_leaves_the_version_before()
    {
        Assert.That(
            () => Open(new SqliteStoreOptions { Migrations = [Numbers.Migrations[0], "INSERT INTO number VALUES (1); INSERT INTO nowhere VALUES (1)"] }),
            Throws.InstanceOf<SqliteException>());
        await using var store = Open();
        Assert.That(store.Read(Count), Is.Zero);
    }

    [Test]
    public async Task A_file_that_is_no_database_is_named_and_left_alone()
    {
        var text = new string('x', 5000);
        await File.WriteAllTextAsync(_folder["test.db"], text);
        Assert.That(() => Open(), Throws.InstanceOf<DatabaseCorruptException>().With.Message.Contains(_folder["test.db"]));
        Assert.That(await File.ReadAllTextAsync(_folder["test.db"]), Is.EqualTo(text));
    }

    [Test]
    public async Task A_damaged_page_is_found_at_opening()
    {
        await using (var store = Open())
        {
            await store.WriteAsync(connection => Execute(connection, "INSERT INTO number WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000) SELECT x FROM n"));
        }

        var bytes = await File.ReadAllBytesAsync(_folder["test.db"]);
        bytes.AsSpan(8192, 4096).Fill(0xA5);
        await File.WriteAllBytesAsync(_folder["test.db"], bytes);
        Assert.That(() => Open(), Throws.InstanceOf<DatabaseCorruptException>());
        Assert.That(await File.ReadAllBytesAsync(_folder["test.db"]), Is.EqualTo(bytes));
    }

    private SqliteStore Open(SqliteStoreOptions? options = null) =>
        SqliteStore.Open(_folder["test.db"], options ?? Numbers, NullLogger.Instance);

    private static void Insert(SqliteConnection connection, long value) => Execute(connection, $"INSERT INTO number VALUES ({value})");

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Count(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM number";
        return (long)command.ExecuteScalar()!;
    }
}
