using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Shadow.Documents;
using Roost.Shadow.Sync;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Sync;

internal sealed class SyncTableTests
{
    private static readonly ShadowId s_id = Some.Id("vac-1");
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_600_123);

    private static readonly SyncRow s_row = new()
    {
        Last = new SyncBase(new ShadowState(null, Some.Object("""{"battery":81}""")), 3, 5, 1_767_225_600),
        SyncedAt = s_now,
        Conflicts = 2,
        Rebases = 4,
        LastConflicts = [new SyncConflict("/desired/\u00e4", "1", null, "\"x\"", ConflictWinner.Device)],
        ConflictAt = s_now,
    };

    [Test]
    public async Task A_row_reads_back_as_it_was_written_over_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var table = Open(folder))
        {
            await table.WriteAsync(s_id, s_row);
        }

        await using var again = Open(folder);
        var read = again.Read(s_id)!;
        Assert.That(StateEquality.Same(read.Last!.State, s_row.Last!.State));
        Assert.That(read.Last with { State = s_row.Last.State }, Is.EqualTo(s_row.Last));
        Assert.That(read.LastConflicts, Is.EqualTo(s_row.LastConflicts));
        Assert.That(read with { Last = s_row.Last, LastConflicts = s_row.LastConflicts }, Is.EqualTo(s_row));
    }

    [Test]
    public async Task The_documented_example_is_what_is_written()
    {
        using var folder = new TemporaryFolder();
        await using (var table = Open(folder))
        {
            await table.WriteAsync(s_id, s_row);
        }

        Assert.That(Query(folder, "SELECT base || '|' || local_version || '|' || cloud_version || '|' || cloud_newest || '|' || checksum FROM synced"), Is.EqualTo("""{"reported":{"battery":81}}|3|5|1767225600|3541782483"""));
    }

    [TestCase("UPDATE synced SET base = '{\"reported\":{\"battery\":82}}'")]
    [TestCase("UPDATE synced SET base = NULL")]
    [TestCase("UPDATE synced SET cloud_version = 6")]
    [TestCase("UPDATE synced SET thing = 'vac-2'")]
    public async Task A_damaged_row_counts_as_never_synced(string damage)
    {
        using var folder = new TemporaryFolder();
        await using (var table = Open(folder))
        {
            await table.WriteAsync(s_id, s_row);
        }

        Query(folder, damage);

        await using var again = Open(folder);
        var read = (again.Read(s_id) ?? again.Read(Some.Id("vac-2")))!;
        Assert.That(read.Last, Is.Null);
    }

    [Test]
    public async Task A_deletion_and_an_error_are_noted_beside_what_is_there()
    {
        using var folder = new TemporaryFolder();
        await using var table = Open(folder);
        await table.WriteAsync(s_id, s_row);

        await table.MarkDeletedHereAsync(s_id);
        await table.WriteErrorAsync(s_id, "500", s_now, rebased: 1);
        await table.WriteErrorAsync(Some.Id("new"), "403", s_now, rebased: 0);

        var read = table.Read(s_id)!;
        Assert.That((read.Last!.CloudVersion, read.LocalRecreated, read.Error, read.ErrorAt, read.Rebases), Is.EqualTo((5, true, "500", s_now, 5)));
        Assert.That(table.Read(Some.Id("new")), Is.EqualTo(new SyncRow { Error = "403", ErrorAt = s_now }).Using<SyncRow>((a, b) => a.Error == b.Error && a.Last is null));
        Assert.That(await table.ForgetAsync(s_now), Is.Zero);
        Assert.That(await table.ForgetAsync(s_now + TimeSpan.FromSeconds(1)), Is.EqualTo(1));
        Assert.That((table.Read(s_id) is null, table.Read(Some.Id("new")) is null), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task What_was_synced_with_another_upstream_counts_as_never_synced()
    {
        using var folder = new TemporaryFolder();
        await using (var table = Open(folder))
        {
            await table.WriteAsync(s_id, s_row);
            await table.MarkDeletedHereAsync(s_id);
            await table.HoldAsync([s_id], s_now);
        }

        await using (var other = Open(folder, "other"))
        {
            var read = other.Read(s_id)!;
            Assert.That((read.Last, read.LocalRecreated, read.IsHeld, read.Conflicts), Is.EqualTo(((SyncBase?)null, false, false, 2)));
        }

        await using var again = Open(folder);
        Assert.That((again.Read(s_id)!.Last is null, again.Read(s_id)!.LocalRecreated, again.Read(s_id)!.IsHeld), Is.EqualTo((false, true, true)));
    }

    [Test]
    public async Task A_file_that_is_damaged_as_a_whole_keeps_no_restore_from_being_done()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder[SyncTable.FileName], new string('x', 9000));

        await SyncTable.ForgetAsync(folder.Path, [s_id], NullLogger.Instance);

        await using var table = Open(folder);
        Assert.That(table.Read(s_id), Is.Null);
    }

    [Test]
    public async Task What_has_been_decided_is_not_held_again()
    {
        using var folder = new TemporaryFolder();
        await using var table = Open(folder);
        await table.WriteAsync(s_id, s_row);
        await table.HoldAsync([s_id], s_now);

        await table.AcceptDeletionsAsync([s_id]);
        await table.HoldAsync([s_id], s_now); // by an exchange that was under way

        var read = table.Read(s_id)!;
        Assert.That((read.IsHeld, read.CloudRecreated, read.Error, read.Last is null), Is.EqualTo((false, true, (string?)null, false)));
    }

    [Test]
    public async Task Conflicts_that_cannot_be_read_are_left_out()
    {
        using var folder = new TemporaryFolder();
        await using (var table = Open(folder))
        {
            await table.WriteAsync(s_id, s_row);
        }

        Query(folder, "UPDATE synced SET last_conflicts = '{'");

        await using var again = Open(folder);
        Assert.That((again.Read(s_id)!.LastConflicts.Count, again.Read(s_id)!.Last is null), Is.EqualTo((0, false)));
    }

    private static SyncTable Open(TemporaryFolder folder, string upstream = "cloud") => SyncTable.Open(folder.Path, Durability.Memory, upstream, NullLogger.Instance);

    private static string? Query(TemporaryFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder[SyncTable.FileName]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() as string;
    }
}
