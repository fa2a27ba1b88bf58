using System.Text;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>Damage costs what it lies on: the log opens, reads, takes records and is repaired around it, and says exactly what is gone.</summary>
public sealed class DamageTests
{
    private const int Records = 100;
    private const int SegmentBytes = 8 * 1024; // seven records each
    private static readonly AppendLogOptions s_options = new() { SegmentBytes = SegmentBytes, Durability = Durability.Crash, OpensDamaged = true };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        _folder = new TemporaryFolder();
        await using var log = Some.Log(_folder.Path, s_options);
        for (var record = 0; record < Records; record++)
        {
            await log.AppendAsync(default, default, Encoding.ASCII.GetBytes(Text(record)));
        }
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Two_damages_in_one_segment_are_told_apart_and_cost_their_two_records()
    {
        var path = Some.Segments(_folder.Path)[1];
        var first = long.Parse(Path.GetFileNameWithoutExtension(path));
        var length = 34 + Text(0).Length;
        Flip(path, 32 + length + 50);
        Flip(path, 32 + (4 * length) + 50);
        await using var log = Some.Log(_folder.Path, s_options);

        var verification = await VerifiedAsync(log);

        Assert.That(
            verification.Damage.Select(damage => (damage.Segment, damage.Position, damage.FirstOffset, damage.NextOffset)),
            Is.EqualTo(new[] { (path, 32L + length, first + 1, first + 2), (path, 32L + (4 * length), first + 4, first + 5) }));

        var repair = await log.RepairAsync(dryRun: false);
        Assert.That((repair.LostRecords, repair.KeptRecords), Is.EqualTo((2L, 5L)));
        AssertReadsAllBut(log, first + 1, first + 4);
        Assert.That(log.LostRecords, Is.EqualTo(new[] { (first + 1, first + 2), (first + 4, first + 5) }));
        Assert.That((await VerifiedAsync(log)).Damage, Is.Empty);
    }

    [Test]
    public async Task Reading_works_up_to_the_damage_and_behind_it_on_request()
    {
        var path = Some.Segments(_folder.Path)[2];
        var first = long.Parse(Path.GetFileNameWithoutExtension(path));
        Flip(path, 40);
        await using var log = Some.Log(_folder.Path, s_options);
        using var reader = log.OpenReader(first - 3);
        Assert.That(reader.TryRead(100, 100_000, out var before), Is.True);
        Assert.That(before!.Select(record => record.Offset), Is.EqualTo(new[] { first - 3, first - 2, first - 1 }));
        Assert.That(() => reader.TryRead(1, 1, out _), Throws.InstanceOf<CorruptLogException>().With.Property("Offset").EqualTo(first));
        await Eventually.IsTrueAsync(() => log.Verification.Damage is [{ Records: 1 } damage] && damage.FirstOffset == first, "the damage to be known, without a verification");

        Assert.That(Some.ReadAll(log, first + 7).Select(record => record.Offset), Is.EqualTo(Enumerable.Range((int)first + 7, Records - (int)first - 7)));
        await log.RepairAsync(dryRun: false);
        Assert.That(reader.TryRead(1, 1, out var after), Is.True, "the same reader goes on");
        Assert.That((after![0].Offset, reader.SkippedRecords), Is.EqualTo((first + 1, 1L)));
    }

    [Test]
    public async Task A_dry_run_says_what_would_be_lost_and_changes_nothing()
    {
        var path = Some.Segments(_folder.Path)[1];
        Flip(path, 100);
        await using var log = Some.Log(_folder.Path, s_options);
        await VerifiedAsync(log);
        var before = await File.ReadAllBytesAsync(path);

        var repair = await log.RepairAsync(dryRun: true);

        Assert.That((repair.LostRecords, repair.KeptRecords, repair.Aside.Count), Is.EqualTo((1L, 6L, 0)));
        Assert.That(await File.ReadAllBytesAsync(path), Is.EqualTo(before));
        Assert.That(log.LostRecords, Is.Empty);
    }

    [TestCase("header", 13, Description = "the salt: no record of the segment can be told")]
    [TestCase("header", 20, Description = "no record is hit")]
    [TestCase("footer", 10, Description = "no record is hit")]
    [TestCase("missing", 0)]
    public async Task A_log_with_a_damaged_segment_opens_is_appended_to_and_repaired(string what, int at)
    {
        var path = Some.Segments(_folder.Path)[3];
        var (first, next) = (long.Parse(Path.GetFileNameWithoutExtension(path)), long.Parse(Path.GetFileNameWithoutExtension(Some.Segments(_folder.Path)[4])));
        Action damage = what switch
        {
            "header" => () => Flip(path, at),
            "footer" => () => Flip(path, new FileInfo(path).Length - at),
            _ => () => File.Delete(path),
        };
        damage();
        Assert.That(() => Some.Log(_folder.Path, new AppendLogOptions { SegmentBytes = SegmentBytes }), Throws.InstanceOf<CorruptLogException>(), "who does not ask for it is refused");

        var lost = what == "missing" || at == 13 ? Enumerable.Range((int)first, (int)(next - first)).Select(offset => (long)offset).ToArray() : [];
        await using (var log = Some.Log(_folder.Path, s_options))
        {
            Assert.That(await log.AppendAsync(default, default, Encoding.ASCII.GetBytes(Text(Records))), Is.EqualTo(Records));
            await Eventually.IsTrueAsync(() => log.Verification.Damage.Count > 0, "the damage to be known");
            Assert.That(log.Verification.Damage.Sum(one => one.Records), Is.EqualTo(lost.Length));
            await log.RepairAsync(dryRun: false);
            AssertReadsAllBut(log, lost);
            Assert.That(log.LostWithin(0, Records), Is.EqualTo(lost.Length));
        }

        await using var reopened = Some.Log(_folder.Path, new AppendLogOptions { SegmentBytes = SegmentBytes });
        AssertReadsAllBut(reopened, lost);
        Assert.That(reopened.LostWithin(0, Records), Is.EqualTo(lost.Length));
    }

    [Test]
    public async Task A_damaged_last_segment_is_left_as_it_is_and_no_offset_of_it_is_used_again()
    {
        var path = Some.Segments(_folder.Path)[^1];
        var first = long.Parse(Path.GetFileNameWithoutExtension(path));
        Flip(path, 40);
        await using (var log = Some.Log(_folder.Path, s_options))
        {
            Assert.That(await log.AppendAsync(default, default, "after"u8.ToArray()), Is.EqualTo(Records), "the close mark says how far it went");
            await Eventually.IsTrueAsync(() => log.Verification.Damage.Count > 0, "the damage to be known");
        }

        Flip(path, new FileInfo(path).Length - 5); // the close mark too
        await using (var log = Some.Log(_folder.Path, s_options))
        {
            Assert.That(log.NextOffset, Is.EqualTo(Records + 1));
            await Eventually.IsTrueAsync(() => log.Verification.Damage.Count > 0, "the damage to be known");
            await log.RepairAsync(dryRun: false);
            Assert.That(Some.ReadAll(log).Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, Records + 1).Where(offset => offset != first)));
        }
    }

    [Test]
    public async Task Without_a_close_mark_the_next_offset_is_above_all_that_may_have_been_given()
    {
        var folder = _folder["killed"];
        await Some.FolderAsync(folder, closed: false, [.. Enumerable.Range(0, 10).Select(Text)]);
        var path = Some.Segments(folder)[0];
        var length = 34 + "keyheaders".Length + Text(0).Length;
        Flip(path, 32 + (3 * length) + 50); // damage: the records behind it say that it was synced
        Flip(path, 32 + (9 * length) + 50); // and the last one, which would say where to go on
        await using var log = Some.Log(folder, new AppendLogOptions { OpensDamaged = true });

        var offset = await log.AppendAsync(default, default, "after"u8.ToArray());

        Assert.That(offset, Is.InRange(10, 10 + (length / 34)));
        await Eventually.IsTrueAsync(() => log.Verification.Damage.Count > 0, "the damage to be known");
        await log.RepairAsync(dryRun: false);
        Assert.That(Some.ReadAll(log).Select(record => record.Offset), Is.EqualTo(new[] { 0, 1, 2, 4, 5, 6, 7, 8, offset }));
    }

    [Test]
    public async Task Damage_in_the_segment_being_written_is_repaired_while_records_come()
    {
        await using var log = Some.Log(_folder["active"], new AppendLogOptions { Durability = Durability.Crash, OpensDamaged = true });
        for (var record = 0; record < 50; record++)
        {
            await log.AppendAsync(default, default, Encoding.ASCII.GetBytes(Text(record)));
        }

        Flip(Some.Segments(_folder["active"])[0], 32 + (20 * (34 + Text(0).Length)) + 60);
        Assert.That((await VerifiedAsync(log)).Damage, Has.Count.EqualTo(1));
        await log.AppendAsync(default, default, Encoding.ASCII.GetBytes(Text(50)));
        await log.RepairAsync(dryRun: false);
        Assert.That(await log.AppendAsync(default, default, Encoding.ASCII.GetBytes(Text(51))), Is.EqualTo(51));
        Assert.That(Some.ReadAll(log), Is.EqualTo(Enumerable.Range(0, 52).Where(record => record != 20).Select(record => ((long)record, Text(record)))));
    }

    [Test]
    public async Task A_block_of_a_compressed_segment_that_is_damaged_costs_its_records_and_no_others()
    {
        var folder = _folder["compressed"];
        var options = new AppendLogOptions { SegmentBytes = 512 * 1024, Compression = LogCompression.Always, Durability = Durability.Crash, OpensDamaged = true };
        var texts = CompressionTests.Texts(1500).ToList();
        await using (var log = Some.Log(folder, options))
        {
            foreach (var text in texts)
            {
                await log.AppendAsync(default, default, Encoding.UTF8.GetBytes(text));
            }

            await Eventually.IsTrueAsync(() => CompressionTests.IsCompressed(Some.Segments(folder)[0]), "the first segment to be compressed");
        }

        Flip(Some.Segments(folder)[0], new FileInfo(Some.Segments(folder)[0]).Length / 2);
        await using var reopened = Some.Log(folder, options);
        var damage = (await VerifiedAsync(reopened)).Damage.Single();
        Assert.That(damage.Position, Is.InRange(32, new FileInfo(Some.Segments(folder)[0]).Length / 2));
        Assert.That(damage.Records * texts[0].Length, Is.InRange(50_000, 80_000), "one block of 64 KiB");

        var repair = await reopened.RepairAsync(dryRun: false);
        Assert.That(repair.LostRecords, Is.EqualTo(damage.Records));
        Assert.That(
            Some.ReadAll(reopened),
            Is.EqualTo(texts.Select((text, offset) => ((long)offset, text)).Where(record => record.Item1 < damage.FirstOffset || record.Item1 >= damage.NextOffset)));
    }

    [Test]
    public async Task A_repair_that_was_killed_is_done_again()
    {
        var path = Some.Segments(_folder.Path)[1];
        var first = long.Parse(Path.GetFileNameWithoutExtension(path));
        Flip(path, 40);
        await using (var log = Some.Log(_folder.Path, s_options))
        {
            await VerifiedAsync(log);
            await log.RepairAsync(dryRun: false);
        }

        // As if the kill had come after the damaged file got its second name, before the new one took its first.
        File.Move(path, path + ".repairing");
        File.Copy(path + ".damaged", path);
        await using var reopened = Some.Log(_folder.Path, s_options);
        Assert.That(path + ".repairing", Does.Not.Exist);
        await VerifiedAsync(reopened);
        await reopened.RepairAsync(dryRun: false);
        AssertReadsAllBut(reopened, first);
        Assert.That(reopened.LostRecords, Is.EqualTo(new[] { (first, first + 1) }));
        Assert.That(File.Exists(path + ".damaged") && File.Exists(path + ".damaged.2"), "nothing that was kept is overwritten");
    }

    [Test]
    public async Task What_a_pass_found_is_known_after_a_restart_and_the_next_pass_is_due_in_its_time()
    {
        var clock = new ManualTimeProvider();
        var options = new AppendLogOptions { SegmentBytes = SegmentBytes, OpensDamaged = true, VerifyEvery = TimeSpan.FromMinutes(30) };
        DateTimeOffset ended;
        await using (var log = Some.Log(_folder.Path, options, clock))
        {
            clock.Advance(TimeSpan.FromMinutes(31));
            await Eventually.IsTrueAsync(() => log.Verification is { IsRunning: true } or { Ended: not null }, "a pass to begin by itself");
            ended = (await VerifiedAsync(log)).Ended!.Value;
            Flip(Some.Segments(_folder.Path)[1], 60);
            Assert.That((await VerifiedAsync(log)).Damage, Has.Count.EqualTo(1));
        }

        await using var reopened = Some.Log(_folder.Path, options, clock);
        Assert.That(reopened.Verification.Damage, Has.Count.EqualTo(1));
        Assert.That(reopened.Verification.Ended, Is.EqualTo(ended));
        clock.Advance(TimeSpan.FromMinutes(20));
        Assert.That(reopened.Verification.IsRunning, Is.False);
    }

    private static string Text(int record) => $"{record:D4}:{new string((char)('a' + (record % 26)), 1000)}";

    private static async Task<LogVerification> VerifiedAsync(AppendLog log)
    {
        log.BeginVerification();
        await Eventually.IsTrueAsync(() => !log.Verification.IsRunning, "the verification to end");
        Assert.That(log.Verification.Ended, Is.Not.Null);
        return log.Verification;
    }

    private static void AssertReadsAllBut(AppendLog log, params long[] lost) =>
        Assert.That(
            Some.ReadAll(log).Where(record => record.Offset < Records),
            Is.EqualTo(Enumerable.Range(0, Records).Where(record => !lost.Contains(record)).Select(record => ((long)record, Text(record)))));

    private static void Flip(string path, long at)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 4));
    }
}
