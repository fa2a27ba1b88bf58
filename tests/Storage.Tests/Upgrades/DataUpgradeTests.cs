using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Files;
using Roost.Storage.Sqlite;
using Roost.Storage.Tests.Logs;
using Roost.Storage.Upgrades;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Upgrades;

public sealed class DataUpgradeTests
{
    private static readonly string[] s_scripts = ["CREATE TABLE a(x); INSERT INTO a VALUES('kept')", "CREATE TABLE b(x)", "CREATE TABLE c(x)"];

    private readonly List<string> _said = [];
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _said.Clear();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_database_of_a_newer_version_is_refused_with_the_remedy_and_left_as_it_is()
    {
        await MakeAsync("shadows/shadows.db", 3);
        await MakeAsync("other.db", 1);
        var before = await File.ReadAllBytesAsync(_folder["shadows/shadows.db"]);

        var refused = Assert.Throws<UpgradeException>(() => Upgrade("1.0.0", 2, "shadows/shadows.db", "other.db").Run(_said.Add))!;

        Assert.That(refused.Message, Does.Contain($"{_folder["shadows/shadows.db"]} has version 3 of its format, and this Roost, 1.0.0, knows up to 2")
            .And.Contain("Install the newer version again, or restore a backup").And.Contain("Nothing was changed"));
        Assert.That(refused.MayPass, Is.False);
        Assert.That(await File.ReadAllBytesAsync(_folder["shadows/shadows.db"]), Is.EqualTo(before));
        Assert.That(VersionOf("other.db"), Is.EqualTo(1), "nothing else was brought forward either");
        Assert.That(_said, Is.Empty);
    }

    [Test]
    public async Task The_refusal_names_the_copies_that_the_newer_version_made_before()
    {
        await MakeAsync("a.db", 2);
        Upgrade("2.0.0", 3, "a.db").Run(_said.Add);

        var refused = Assert.Throws<UpgradeException>(() => Upgrade("1.0.0", 2, "a.db").Run(_said.Add))!;

        Assert.That(refused.Message, Does.Contain(_folder["backups/before-2.0.0"]).And.Contain("docs/install.md"));
    }

    [TestCase(true)]
    [TestCase(false, Description = "as a killed daemon leaves it")]
    public async Task A_log_of_a_newer_version_is_refused_before_a_room_calls_it_damaged(bool closed)
    {
        await Some.FolderAsync(_folder["streams/telemetry/0"], closed, "one", "two");
        await Some.FolderAsync(_folder["streams/other/0"], closed, "one");
        var segment = Some.Segments(_folder["streams/telemetry/0"])[^1];
        var bytes = await File.ReadAllBytesAsync(segment);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 3);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), Crc32C.Compute(0, bytes.AsSpan(0, 28)));
        await File.WriteAllBytesAsync(segment, bytes);

        var refused = Assert.Throws<UpgradeException>(() => Upgrade("1.0.0", 1).Run(_said.Add))!;

        Assert.That(refused.Message, Does.Contain($"{segment} has version 3").And.Contain("knows up to 2"));
        Assert.That(refused.MayPass, Is.False);
    }

    [Test]
    public async Task Files_that_are_damaged_are_left_to_those_who_know_what_to_do_about_them()
    {
        await File.WriteAllTextAsync(_folder["a.db"], "this is no database, and longer than its header would be, which has a hundred bytes in all of its fields");
        await File.WriteAllTextAsync(_folder["empty.db"], "");
        Directory.CreateDirectory(_folder["streams/x"]);
        await File.WriteAllTextAsync(_folder["streams/x/00000000000000000000.log"], "no segment");

        Upgrade("1.0.0", 2, "a.db", "empty.db", "missing.db").Run(_said.Add);

        Assert.That(_said, Is.Empty);
        Assert.That(Directory.Exists(_folder["backups"]), Is.False);
    }

    [Test]
    public async Task Databases_are_copied_as_they_were_and_then_brought_forward()
    {
        await MakeAsync("shadows/shadows.db", 1);
        await MakeAsync("identity/identity.db", 3);

        Upgrade("2.0.0", 3, "shadows/shadows.db", "identity/identity.db", "missing.db").Run(_said.Add);

        Assert.That((VersionOf("shadows/shadows.db"), VersionOf("backups/before-2.0.0/shadows/shadows.db")), Is.EqualTo((3, 1)));
        Assert.That(VersionOf("backups/before-2.0.0/identity/identity.db"), Is.EqualTo(3), "the copies are of one moment");
        Assert.That(Values("shadows/shadows.db"), Is.EqualTo("kept"));
        Assert.That(Values("backups/before-2.0.0/shadows/shadows.db"), Is.EqualTo("kept"));
        Assert.That(File.Exists(_folder["missing.db"]), Is.False);
        Assert.That(_said, Has.Count.EqualTo(2));
        Assert.That(_said[0], Does.Contain(_folder["backups/before-2.0.0"]));
    }

    [Test]
    public async Task What_a_killed_daemon_left_in_the_write_ahead_log_is_in_the_copy()
    {
        await MakeAsync("live.db", 1);
        using (var connection = SqliteConnections.OpenWriter(_folder["live.db"], Durability.PowerLoss))
        {
            SqliteConnections.Scalar(connection, "UPDATE a SET x = 'newest'");
            File.Copy(_folder["live.db"], _folder["a.db"]);
            File.Copy(_folder["live.db-wal"], _folder["a.db-wal"]);
        }

        Upgrade("2.0.0", 3, "a.db").Run(_said.Add);

        Assert.That((Values("a.db"), Values("backups/before-2.0.0/a.db")), Is.EqualTo(("newest", "newest")));
    }

    [Test]
    public async Task The_copies_of_the_last_two_upgrades_are_kept()
    {
        await MakeAsync("a.db", 1);
        Directory.CreateDirectory(_folder["backups/before-0.8.0"]);
        Directory.SetLastWriteTimeUtc(_folder["backups/before-0.8.0"], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Directory.CreateDirectory(_folder["backups/before-0.9.0"]);
        Directory.SetLastWriteTimeUtc(_folder["backups/before-0.9.0"], new DateTime(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc)); // by a clock that was wrong

        Upgrade("2.0.0", 3, "a.db").Run(_said.Add);

        Assert.That(Directory.GetDirectories(_folder["backups"]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "before-0.9.0", "before-2.0.0" }));
    }

    [Test]
    public async Task A_step_that_fails_leaves_the_database_as_it_was_before_it_and_says_where_the_copies_are()
    {
        await MakeAsync("a.db", 1);
        var upgrade = new DataUpgrade(_folder.Path, "2.0.0", [new UpgradedDatabase(_folder["a.db"], [s_scripts[0], "DELETE FROM a; INSERT INTO nowhere VALUES(1)"])], []);

        var failed = Assert.Throws<UpgradeException>(() => upgrade.Run(_said.Add))!;

        Assert.That(failed.Message, Does.Contain(_folder["a.db"]).And.Contain(_folder["backups/before-2.0.0"]));
        Assert.That((VersionOf("a.db"), Values("a.db")), Is.EqualTo((1, "kept")));
    }

    [Test]
    public async Task A_damaged_database_is_named_and_not_tried_again()
    {
        await MakeAsync("a.db", 1);
        using (var connection = SqliteConnections.OpenWriter(_folder["a.db"], Durability.PowerLoss))
        {
            SqliteConnections.Scalar(connection, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) INSERT INTO a SELECT hex(zeroblob(1000)) FROM n");
            SqliteConnections.Scalar(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        }

        var bytes = await File.ReadAllBytesAsync(_folder["a.db"]);
        bytes.AsSpan(4096).Fill(0xA5); // all but the page that has version and schema
        await File.WriteAllBytesAsync(_folder["a.db"], bytes);

        var refused = Assert.Throws<UpgradeException>(() => Upgrade("2.0.0", 3, "a.db").Run(_said.Add))!;

        Assert.That(refused.MayPass, Is.False, refused.Message);
        Assert.That(refused.Message, Does.StartWith($"{_folder["a.db"]} is damaged").And.Contain("restore it from a backup"));
        Assert.That(await File.ReadAllBytesAsync(_folder["a.db"]), Is.EqualTo(bytes), "as it was");
    }

    [Test]
    public async Task Without_room_for_the_copies_nothing_is_changed_and_what_is_needed_is_said()
    {
        await using (var mount = RunningProcess.Start("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", _folder.Path))
        {
            if (await mount.WaitForExitAsync() != 0)
            {
                Assert.Ignore($"This machine does not let a test mount a tmpfs: {mount.Errors}");
            }
        }

        try
        {
            await MakeAsync("a.db", 1);

            var refused = Assert.Throws<UpgradeException>(() => Upgrade("2.0.0", 3, "a.db").Run(_said.Add))!;

            Assert.That(refused.Message, Does.Match("1[67] MiB are needed .*, and [67] MiB are free").And.Contain("nothing was changed"));
            Assert.That(refused.MayPass, Is.True);
            Assert.That((VersionOf("a.db"), Values("a.db")), Is.EqualTo((1, "kept")));
        }
        finally
        {
            await RunningProcess.RunAsync("umount", "-l", _folder.Path);
        }
    }

    private DataUpgrade Upgrade(string version, int scripts, params string[] databases) =>
        new(_folder.Path, version, [.. databases.Select(database => new UpgradedDatabase(_folder[database], s_scripts[..scripts]))], [_folder["streams"], _folder["nowhere"]]);

    private async Task MakeAsync(string database, int scripts)
    {
        await using var store = SqliteStore.Open(_folder[database], new SqliteStoreOptions { Migrations = s_scripts[..scripts] }, NullLogger.Instance);
    }

    private int VersionOf(string database) => SchemaVersion.Of(_folder[database]);

    private string? Values(string database)
    {
        using var connection = SqliteConnections.OpenReader(_folder[database]);
        return SqliteConnections.Scalar(connection, "SELECT x FROM a") as string;
    }
}
