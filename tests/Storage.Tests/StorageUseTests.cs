using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Files;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;
using Roost.Tests.Support;

namespace Roost.Storage.Tests;

internal sealed class StorageUseTests
{
    private static readonly SqliteStoreOptions s_options = new() { Migrations = ["CREATE TABLE t(v BLOB) STRICT;"] };

    [Test]
    public async Task Records_that_are_appended_one_by_one_cost_a_sync_each()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        await using (var log = AppendLog.Open(folder["telemetry"], new AppendLogOptions(), TimeProvider.System, NullLogger.Instance, metrics))
        {
            for (var record = 0; record < 20; record++)
            {
                await log.AppendAsync(default, default, new byte[100]);
            }
        }

        var use = metrics.Uses.Single();

        Assert.That((use.Kind, use.Name, use.Items, use.Commits), Is.EqualTo((StorageKind.Log, "telemetry", 20L, 20L)));
        Assert.That(use.Syncs, Is.InRange(22, 25), "one each, two for the new segment, and its end");
        Assert.That(use.WrittenBytes, Is.GreaterThan(2000));
    }

    [Test]
    public async Task A_log_that_syncs_nothing_counts_no_syncs_of_records()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        await using var log = AppendLog.Open(folder["lines"], new AppendLogOptions { Durability = Durability.Crash }, TimeProvider.System, NullLogger.Instance, metrics);
        var before = metrics.Uses.Single().Syncs;

        for (var record = 0; record < 20; record++)
        {
            await log.AppendAsync(default, default, new byte[100]);
        }

        Assert.That(metrics.Uses.Single().Syncs, Is.EqualTo(before));
    }

    [Test]
    public async Task A_database_counts_the_pages_of_its_write_ahead_log()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        await using var store = SqliteStore.Open(folder["shadows.db"], s_options, NullLogger.Instance, metrics);
        var wal = new FileInfo(folder["shadows.db-wal"]).Length;

        await store.WriteAsync(Insert);
        await store.WriteAsync(_ => { });
        await store.WriteAsync(Insert);

        var use = metrics.Uses.Single();
        var grown = new FileInfo(folder["shadows.db-wal"]).Length - wal;
        Assert.That((use.Kind, use.Name, use.Items, use.Commits, use.Syncs), Is.EqualTo((StorageKind.Database, "shadows", 2L, 2L, 2L)), "what changes nothing writes nothing");
        Assert.That(use.WrittenBytes, Is.InRange(grown, grown + 32 + (4 * 4120)), "what the file grew by; the transactions of opening may be among it");
        Assert.That(grown, Is.GreaterThan(2 * 3 * 4096), "the pages of 10,000 bytes, twice");
    }

    [TestCase(Durability.PowerLoss, 1)]
    [TestCase(Durability.Crash, 0)]
    public async Task A_database_counts_what_its_checkpoints_copy_and_wait_for(Durability durability, int syncsPerCommit)
    {
        Assume.That(File.Exists("/proc/thread-self/io"), "the kernel counts what a thread writes");
        const int Large = 5_000_000; // more than the thousand pages that bring about a checkpoint
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        await using var store = SqliteStore.Open(folder["shadows.db"], new SqliteStoreOptions { Durability = durability, Migrations = s_options.Migrations }, NullLogger.Instance, metrics);
        await store.WriteAsync(Insert);
        var (before, database) = (metrics.Uses.Single(), new FileInfo(folder["shadows.db"]).Length);

        await store.WriteAsync(connection => Insert(connection, Large));
        var copied = metrics.Uses.Single();
        await store.WriteAsync(Insert);
        var begun = metrics.Uses.Single();

        var grown = new FileInfo(folder["shadows.db"]).Length - database;
        Assert.That(grown, Is.GreaterThan(Large), "the checkpoint has copied it");
        Assert.That(copied.WrittenBytes - before.WrittenBytes, Is.InRange(2 * grown, 2 * grown * 1.02), "first into the log, and from there into the database");
        Assert.That(copied.Syncs - before.Syncs, Is.EqualTo(syncsPerCommit + 2), "the log before it is copied, and the database after");
        Assert.That(begun.Syncs - copied.Syncs, Is.EqualTo(syncsPerCommit + 1), "the log that begins anew with its header");
    }

    [Test]
    public async Task A_slot_file_counts_each_time_that_it_is_written()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        using var file = SlotFile.Open(folder["progress.slots"], 1000, sync: true, metrics);

        file.Write(new byte[300]);
        file.Write(new byte[300]);

        Assert.That(metrics.Uses.Single(), Is.EqualTo(new StorageUse(StorageKind.File, "progress", 640, 2, 2, 2)));
    }

    [Test]
    public async Task What_is_closed_stays_counted_and_what_is_opened_again_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        for (var time = 0; time < 2; time++)
        {
            await using var log = AppendLog.Open(folder["telemetry"], new AppendLogOptions(), TimeProvider.System, NullLogger.Instance, metrics);
            await log.AppendAsync(default, default, new byte[100]);
        }

        Assert.That(metrics.Uses.Single().Items, Is.EqualTo(2));
    }

    private static void Insert(Microsoft.Data.Sqlite.SqliteConnection connection) => Insert(connection, 10_000);

    private static void Insert(Microsoft.Data.Sqlite.SqliteConnection connection, int bytes)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO t VALUES(zeroblob(@bytes))";
        command.Parameters.AddWithValue("@bytes", bytes);
        command.ExecuteNonQuery();
    }
}
