using System.Text;
using Microsoft.Data.Sqlite;
using Roost.Shadow.Integrity;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Integrity;

public sealed class ShadowCheckTests
{
    private ShadowHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await ShadowHost.StartAsync();

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task Everything_sound_is_counted()
    {
        for (var i = 0; i < 1100; i++)
        {
            _ = UpdateAsync($"thing-{i}", 1);
        }

        await UpdateAsync("thing-0", 2);
        var report = await CheckAsync();

        Assert.That((report.Shadows, report.Changes, report.DamagedShadows, report.DamagedChanges, report.Healed), Is.EqualTo((1100L, 1101L, 0L, 0L, 0L)));
        Assert.That(_host.Service.LastCheck, Is.SameAs(report));
    }

    [TestCase("UPDATE shadows SET version = version + 1")]
    [TestCase("UPDATE shadows SET updated = updated + 1000")]
    [TestCase("""UPDATE shadows SET state = '{"reported":{"a":3}}'""")]
    [TestCase("UPDATE shadows SET times = x''")]
    [TestCase("UPDATE shadows SET checksum = checksum + 1")]
    [TestCase("UPDATE shadows SET state = NULL")]
    public async Task A_damaged_row_is_healed_from_its_last_change(string damage)
    {
        await UpdateAsync("thing", 1);
        await UpdateAsync("thing", 2);
        await DamageAsync(damage);

        var report = await CheckAsync();
        Assert.That((report.Healed, report.DamagedShadows, _host.Service.Damaged), Is.EqualTo((1L, 0L, 0L)));
        Assert.That(await GetAsync("thing"), Does.Contain("\"a\":2").And.Contain("\"version\":2"));
    }

    [Test]
    public async Task A_row_whose_changes_are_gone_is_named_and_counted_and_the_others_are_served()
    {
        await UpdateAsync("bad", 1);
        await UpdateAsync("good", 1);
        await _host.Service.StopAsync(CancellationToken.None);
        Directory.Delete(Path.Combine(_host.Folder, ShadowJournal.FolderName), recursive: true);
        Execute("UPDATE shadows SET version = 7 WHERE thing = 'bad'");
        await _host.RestartAsync();

        var report = await CheckAsync();
        Assert.That((report.Healed, report.DamagedShadows, _host.Service.Damaged), Is.EqualTo((0L, 1L, 1L)));
        Assert.That(report.Damaged.Single(), Does.Contain("'bad'").And.Contain("backup"));
        Assert.That(await GetAsync("good"), Does.Contain("\"a\":1"));
    }

    [TestCase("version = 7", 8)]
    [TestCase("checksum = checksum + 1", 2)]
    [TestCase("version = -5", 2)]
    [TestCase("version = 9223372036854775807", 2)]
    [TestCase("state = NULL", 2)]
    public async Task A_damaged_shadow_can_be_given_up_and_begins_anew_above_its_version(string damage, long next)
    {
        await UpdateAsync("bad", 1);
        await _host.Service.StopAsync(CancellationToken.None);
        Directory.Delete(Path.Combine(_host.Folder, ShadowJournal.FolderName), recursive: true);
        Execute($"UPDATE shadows SET {damage} WHERE thing = 'bad'");
        await _host.RestartAsync();
        await CheckAsync();

        Assert.That((await _host.Service.DeleteAsync(Some.Id("bad"), default, ShadowOrigin.Http("someone"), expectedVersion: 1)).Error, Is.EqualTo(ShadowError.InternalFailure), "who names a version means that one");
        Assert.That((await _host.Service.DeleteAsync(Some.Id("bad"), default, ShadowOrigin.Http("someone"))).Error, Is.Null);
        Assert.That(_host.Service.Damaged, Is.Zero);
        await UpdateAsync("bad", 5);
        Assert.That(await GetAsync("bad"), Does.Contain($"\"version\":{next}").And.Contain("\"a\":5"));
        await _host.RestartAsync();
        Assert.That((await CheckAsync()).DamagedShadows, Is.Zero);
    }

    [Test]
    public async Task A_damaged_shadow_is_counted_once_whether_a_check_or_a_request_finds_it()
    {
        await UpdateAsync("bad", 1);
        await _host.Service.StopAsync(CancellationToken.None);
        Directory.Delete(Path.Combine(_host.Folder, ShadowJournal.FolderName), recursive: true);
        Execute("UPDATE shadows SET version = 7");
        await _host.RestartAsync();

        await GetAsync("bad");
        await CheckAsync();
        await GetAsync("bad");

        Assert.That(_host.Service.Damaged, Is.EqualTo(1));
    }

    [Test]
    public async Task A_journal_of_older_days_does_not_heal_a_row_back_into_the_past()
    {
        await UpdateAsync("thing", 1);
        await _host.RestartAsync(); // all in the table
        var old = Path.Combine(_host.Folder, "old");
        Copy(Path.Combine(_host.Folder, ShadowJournal.FolderName), old);
        _host.Clock.Advance(TimeSpan.FromSeconds(10));
        await UpdateAsync("thing", 2);
        await _host.Service.StopAsync(CancellationToken.None);
        Directory.Delete(Path.Combine(_host.Folder, ShadowJournal.FolderName), recursive: true);
        Directory.Move(old, Path.Combine(_host.Folder, ShadowJournal.FolderName));
        Execute("""UPDATE shadows SET state = '{"reported":{"a":3}}'""");
        await _host.RestartAsync();

        Assert.That((await CheckAsync()).DamagedShadows, Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_that_names_no_shadow_is_reported()
    {
        await UpdateAsync("thing", 1);
        await DamageAsync("UPDATE shadows SET thing = 'a/b'");

        Assert.That((await CheckAsync()).Damaged.Single(), Does.Contain("a/b"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_request_that_meets_damage_is_answered_500_and_has_it_healed()
    {
        await UpdateAsync("thing", 1);
        await DamageAsync("UPDATE shadows SET version = version + 1");

        await Eventually.IsTrueAsync(async () => (await GetAsync("thing")).Contains("\"a\":1", StringComparison.Ordinal), "the shadow to be healed");
        Assert.That(_host.Service.Damaged, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Some_seconds_after_a_start_everything_is_checked()
    {
        await UpdateAsync("thing", 1);
        await DamageAsync("UPDATE shadows SET version = version + 1");
        Assert.That(_host.Service.LastCheck, Is.Null);

        _host.Clock.Advance(ShadowIntegrity.StartDelay);
        await Eventually.IsTrueAsync(
            () =>
            {
                _host.Clock.Advance(TimeSpan.FromMilliseconds(100)); // between two slices
                return _host.Service.LastCheck is { Healed: 1 };
            },
            "the check");
    }

    [Test]
    public async Task Damage_in_the_journal_is_counted_and_what_lies_behind_it_is_read()
    {
        for (var i = 1; i <= 2000; i++)
        {
            _ = UpdateAsync("thing", i);
        }

        await UpdateAsync("last", 1);
        await DamageAsync("UPDATE shadows SET version = version + 1 WHERE thing = 'thing'");
        DamageJournal("\"version\":10,");
        var report = await CheckAsync();

        Assert.That(report.DamagedChanges, Is.InRange(1, 600));
        Assert.That(report.Changes + report.DamagedChanges, Is.EqualTo(2001));
        Assert.That(report.JournalDamage, Does.Contain("damaged at record 9"));
        Assert.That((report.DamagedShadows, report.Healed), Is.EqualTo((0L, 1L)), "the last change lies behind the damage");
    }

    private Task<ShadowCheckReport> CheckAsync() => _host.Service.CheckAsync(CancellationToken.None);

    private async Task UpdateAsync(string thing, int value)
    {
        var answer = await _host.Service.UpdateAsync(Some.Id(thing), Some.Utf8("{\"state\":{\"reported\":{\"a\":" + value + "}}}"), ShadowOrigin.Daemon);
        Assert.That(answer.Error, Is.Null);
    }

    private async Task<string> GetAsync(string thing) => Encoding.UTF8.GetString((await _host.Service.GetAsync(Some.Id(thing))).Body.Span);

    /// <summary>In the table, of a daemon that has nothing in its memory.</summary>
    private async Task DamageAsync(string sql)
    {
        await _host.RestartAsync();
        Execute(sql);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_host.Folder, ShadowTable.FileName)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.That(command.ExecuteNonQuery(), Is.Positive);
    }

    private void DamageJournal(string text)
    {
        var segment = Directory.GetFiles(Path.Combine(_host.Folder, ShadowJournal.FolderName)).Where(file => Path.GetFileName(file) != "lock").Order().First();
        using var file = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        file.Position = bytes.AsSpan().IndexOf(Some.Utf8(text)) + 3;
        file.WriteByte((byte)'X');
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(file => Path.GetFileName(file) != "lock"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
