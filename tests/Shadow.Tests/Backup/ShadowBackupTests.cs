using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage.Backups;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Backup;

/// <summary>What a restore makes of shadows that went on after the backup, that are damaged, or that are not there.</summary>
public sealed class ShadowBackupTests
{
    private ShadowHost _host = null!;
    private TemporaryFolder _backup = null!;

    private string Shadows => _host.Options.Folder;

    [SetUp]
    public async Task Start()
    {
        _host = await ShadowHost.StartAsync(options => options.Folder = Path.Combine(options.Folder, "shadows"));
        _backup = new TemporaryFolder();
    }

    [TearDown]
    public async Task Stop()
    {
        await _host.DisposeAsync();
        _backup.Dispose();
    }

    [Test]
    public async Task A_copy_has_what_was_accepted_before_it_and_nothing_of_what_came_after()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await RestoreAsync(empty: true);

        Assert.That(await GetAsync("thing"), Is.EqualTo((1L, """{"a":1}""")));
        Assert.That(Directory.GetFiles(_backup.Path).Select(Path.GetFileName), Is.EqualTo(new[] { ShadowTable.FileName }));
    }

    [Test]
    public async Task A_copy_of_a_daemon_that_was_killed_has_what_only_its_journal_had()
    {
        await UpdateAsync("thing", 1); // not in the table yet
        var killed = CopyFiles();
        await new ShadowBackup(new ShadowOptions { Folder = killed }, _host.Clock, NullLogger.Instance).CopyAsync(_backup.Path, default);
        await RestoreAsync(empty: true);

        Assert.That(await GetAsync("thing"), Is.EqualTo((1L, """{"a":1}""")));
    }

    [Test]
    public async Task What_changed_after_the_backup_is_set_back_under_a_version_that_nobody_has_seen()
    {
        await UpdateAsync("changed", 1);
        await UpdateAsync("same", 1);
        await CopyAsync();
        await UpdateAsync("changed", 2);
        await UpdateAsync("changed", 3);
        await UpdateAsync("late", 1);
        var summary = await RestoreAsync();

        Assert.That(summary, Is.EqualTo("2 shadows as in the backup (those deleted lately included), 1 of them set back or new, 1 removed that are not in it"));
        Assert.That(await GetAsync("changed"), Is.EqualTo((4L, """{"a":1}""")));
        Assert.That(await GetAsync("same"), Is.EqualTo((1L, """{"a":1}""")));
        Assert.That(await GetAsync("late"), Is.EqualTo((404L, "")));
        Assert.That((await UpdateAsync("late", 5)).Version, Is.EqualTo(2), "a shadow that comes back goes on from the version that clients know");
    }

    [Test]
    public async Task The_history_goes_on_and_tells_of_the_restore()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await RestoreAsync();

        var history = (await _host.Service.ReadHistoryAsync(Some.Id("thing"), long.MaxValue, 10, default)).Entries;
        Assert.That(history.Select(entry => (entry.Change.Record.Version, entry.Change.Origin.Via, entry.Change.Origin.Name)), Is.EqualTo(new[]
        {
            (3L, "roost", "restore"), (2L, "roost", (string?)null), (1L, "roost", null),
        }));
    }

    [Test]
    public async Task What_came_after_the_backup_is_not_replayed_at_the_next_start()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2); // in the journal alone
        await RestoreAsync();
        await _host.RestartAsync();

        Assert.That(await GetAsync("thing"), Is.EqualTo((3L, """{"a":1}""")));
    }

    [Test]
    public async Task Asked_for_what_came_after_the_backup_is_replayed_to_the_last_change()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await UpdateAsync("late", 7);
        await _host.Service.StopAsync(default);
        File.WriteAllBytes(Path.Combine(Shadows, ShadowTable.FileName), new byte[100]); // the table is gone
        var summary = await RestoreAsync(replay: true);

        Assert.That(summary, Is.EqualTo("2 shadows, after 2 changes that the journal has from after the backup"));
        Assert.That(await GetAsync("thing"), Is.EqualTo((2L, """{"a":2}""")));
        Assert.That(await GetAsync("late"), Is.EqualTo((1L, """{"a":7}""")));
    }

    [Test]
    public async Task A_journal_of_another_life_is_not_replayed()
    {
        await UpdateAsync("thing", 1);
        await UpdateAsync("thing", 2);
        await CopyAsync();
        await _host.Service.StopAsync(default);
        Directory.Delete(Shadows, recursive: true);
        await _host.RestartAsync();
        await UpdateAsync("thing", 8);
        await UpdateAsync("thing", 9);
        await UpdateAsync("thing", 10);

        Assert.That(() => RestoreAsync(replay: true), Throws.TypeOf<BackupException>().With.Message.Contain("is not the one"));
        await StartAgainAsync();
        Assert.That(await GetAsync("thing"), Is.EqualTo((3L, """{"a":10}""")), "nothing was replaced");
    }

    [Test]
    public async Task A_journal_that_has_not_what_lies_between_is_not_replayed()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await _host.Service.StopAsync(default);
        Directory.Delete(Path.Combine(Shadows, ShadowJournal.FolderName), recursive: true);

        Assert.That(() => RestoreAsync(replay: true), Throws.TypeOf<BackupException>().With.Message.Contain("what lies between is not there"));
        await StartAgainAsync();
    }

    [TestCase(true, false, 6, Description = "the journal knows the versions")]
    [TestCase(false, true, 6, Description = "the table knows them")]
    [TestCase(true, true, 1, Description = "nobody knows")]
    public async Task Versions_go_on_from_whatever_can_be_read(bool tableIsDamaged, bool journalIsDamaged, long version)
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        for (var i = 2; i <= 5; i++)
        {
            await UpdateAsync("thing", i);
        }

        await _host.Service.StopAsync(default);
        if (tableIsDamaged)
        {
            File.WriteAllBytes(Path.Combine(Shadows, ShadowTable.FileName), new byte[100]);
        }

        if (journalIsDamaged)
        {
            var segment = Directory.GetFiles(Path.Combine(Shadows, ShadowJournal.FolderName), "*.log").Single();
            await using var file = File.OpenWrite(segment);
            file.Write(new byte[64]); // the header
        }

        await RestoreAsync();
        Assert.That(await GetAsync("thing"), Is.EqualTo((version, """{"a":1}""")));
    }

    [Test]
    public async Task A_row_that_is_damaged_now_gets_a_version_above_what_the_journal_has()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await UpdateAsync("thing", 3);
        await _host.Service.StopAsync(default);
        Execute(Shadows, "UPDATE shadows SET checksum = checksum + 1");
        await RestoreAsync();

        Assert.That(await GetAsync("thing"), Is.EqualTo((4L, """{"a":1}""")));
    }

    [TestCase("checksum = checksum + 1", 4, Description = "the row says its version still")]
    [TestCase("version = -1", 2, Description = "it does not: above the backup's at least")]
    [TestCase("version = 9223372036854775807", 2)]
    public async Task A_row_that_nothing_can_heal_gets_a_version_above_all_that_anything_tells_of(string damage, long version)
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await UpdateAsync("thing", 3);
        await UpdateAsync("late", 1);
        await _host.Service.StopAsync(default);
        Directory.Delete(Path.Combine(Shadows, ShadowJournal.FolderName), recursive: true); // let go of, after 30 days
        Execute(Shadows, $"UPDATE shadows SET {damage}");
        var summary = await RestoreAsync();

        Assert.That(summary, Is.EqualTo("1 shadows as in the backup (those deleted lately included), 1 of them set back or new, 1 removed that are not in it"));
        Assert.That(await GetAsync("thing"), Is.EqualTo((version, """{"a":1}""")));
        Assert.That(await GetAsync("late"), Is.EqualTo((404L, "")), "not damaged any more");
        Assert.That((await UpdateAsync("late", 1)).Version, Is.EqualTo(2));
    }

    [Test]
    public async Task What_is_damaged_in_the_backup_is_not_removed_here()
    {
        await UpdateAsync("bad", 1);
        await UpdateAsync("good", 1);
        await CopyAsync();
        Execute(_backup.Path, "UPDATE shadows SET checksum = checksum + 1 WHERE thing = 'bad'");
        await UpdateAsync("bad", 2);
        await RestoreAsync();

        Assert.That(await GetAsync("bad"), Is.EqualTo((2L, """{"a":2}""")));
        Assert.That(await GetAsync("good"), Is.EqualTo((1L, """{"a":1}""")));
    }

    [Test]
    public async Task A_row_that_was_damaged_in_the_backup_is_told_twice_and_left_as_it_is_here()
    {
        await UpdateAsync("bad", 1);
        await UpdateAsync("good", 1);
        await _host.RestartAsync();
        Execute(Shadows, "UPDATE shadows SET checksum = checksum + 1 WHERE thing = 'bad'");
        Assert.That(await CopyAsync(), Does.Contain("1 shadows are damaged"));
        await UpdateAsync("good", 2);
        var summary = await RestoreAsync(empty: true);

        Assert.That(summary, Does.Contain("1 were damaged already in the backup, and are left out"));
        Assert.That(await GetAsync("good"), Is.EqualTo((1L, """{"a":1}""")));
    }

    [Test]
    public async Task A_deleted_shadow_of_the_backup_is_deleted_again_and_keeps_its_version()
    {
        await UpdateAsync("thing", 1);
        await _host.Service.DeleteAsync(Some.Id("thing"), default, ShadowOrigin.Daemon);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await UpdateAsync("thing", 3);
        await RestoreAsync();

        Assert.That(await GetAsync("thing"), Is.EqualTo((404L, "")));
        Assert.That((await UpdateAsync("thing", 1)).Version, Is.EqualTo(4));
    }

    [Test]
    public async Task An_export_of_the_history_stands_where_it_stood()
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await UpdateAsync("thing", 2);
        await _host.Service.Journal!.OpenCursor("export-cloud", 0).CommitAsync(2);
        await RestoreAsync();

        Assert.That(_host.Service.Journal!.OpenCursor("export-cloud", 0).Committed, Is.EqualTo(2));
        Assert.That(_host.Service.Journal.NextOffset, Is.EqualTo(3), "and gets the restore as one more change");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_else_is_kept_in_the_folder_stays(bool replay)
    {
        await UpdateAsync("thing", 1);
        await CopyAsync();
        await File.WriteAllTextAsync(Path.Combine(Shadows, "other.db"), "o");
        await File.WriteAllTextAsync(Path.Combine(Shadows, "other.db-wal"), "w");
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(Shadows, "others", "inner")).FullName, "f"), "i");
        await RestoreAsync(replay: replay);

        Assert.That(await File.ReadAllTextAsync(Path.Combine(Shadows, "other.db")), Is.EqualTo("o"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Shadows, "other.db-wal")), Is.EqualTo("w"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Shadows, "others", "inner", "f")), Is.EqualTo("i"));
    }

    /// <summary>As the daemon does it while it runs.</summary>
    private Task<string?> CopyAsync() => new ShadowBackup(_host.Options, _host.Clock, NullLogger.Instance, _host.Service).CopyAsync(_backup.Path, default);

    /// <summary>Stops, restores, and starts again.</summary>
    private async Task<string> RestoreAsync(bool empty = false, bool replay = false)
    {
        await _host.Service.StopAsync(default);
        if (empty)
        {
            Directory.Delete(Shadows, recursive: true);
        }

        var move = FolderMove.Of(Shadows, _host.Clock.GetUtcNow());
        try
        {
            var summary = await new ShadowBackup(_host.Options, _host.Clock, NullLogger.Instance).StageAsync(_backup.Path, move.Staged, replay, default);
            FolderSwap.Commit(_host.Folder, [move]);
            Assert.That(Directory.Exists(move.Aside), Is.EqualTo(!empty));
            await StartAgainAsync();
            return summary;
        }
        finally
        {
            if (Directory.Exists(move.Staged))
            {
                Directory.Delete(move.Staged, recursive: true);
            }
        }
    }

    private Task StartAgainAsync() => _host.RestartAsync();

    private async Task<(long Version, string State)> UpdateAsync(string thing, int value) =>
        Read(await _host.Service.UpdateAsync(Some.Id(thing), Some.Utf8("{\"state\":{\"reported\":{\"a\":" + value + "}}}"), ShadowOrigin.Daemon));

    private async Task<(long Version, string State)> GetAsync(string thing) => Read(await _host.Service.GetAsync(Some.Id(thing)));

    private static (long Version, string State) Read(ShadowAnswer answer)
    {
        using var body = System.Text.Json.JsonDocument.Parse(answer.Body);
        return answer.Error is { } error
            ? (error.Code, "")
            : (body.RootElement.GetProperty("version").GetInt64(), body.RootElement.GetProperty("state").GetProperty("reported").GetRawText());
    }

    private string CopyFiles()
    {
        var target = Path.Combine(_host.Folder, "killed");
        foreach (var file in Directory.GetFiles(Shadows, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Shadows, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    private static void Execute(string folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, ShadowTable.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.That(command.ExecuteNonQuery(), Is.Positive);
    }
}
