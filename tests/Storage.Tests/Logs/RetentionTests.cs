using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

public sealed class RetentionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Bytes_are_bounded_by_dropping_the_oldest()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions { Retention = new LogRetention(Bytes: 80_000) });
        for (var record = 0; record < 500; record++)
        {
            await log.AppendAsync(default, default, new byte[1000]);
        }

        await Eventually.IsTrueAsync(() => log.SizeBytes <= 80_000, "the retention to be kept");
        Assert.That(log.SizeBytes, Is.GreaterThan(60_000));
        Assert.That(Some.ReadAll(log)[^1].Offset, Is.EqualTo(499));
        await Eventually.IsTrueAsync(() => Some.Segments(_folder.Path).Sum(path => new FileInfo(path).Length) < 80_000 + 65_536 + 10_000, "the files to be removed");
    }

    [Test]
    public async Task Records_are_bounded_by_dropping_the_oldest()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions { Retention = new LogRetention(Records: 80) });
        for (var record = 0; record < 500; record++)
        {
            await log.AppendAsync(default, default, default);
        }

        await Eventually.IsTrueAsync(() => log.NextOffset - log.FirstOffset <= 80, "the retention to be kept");
        Assert.That(log.NextOffset - log.FirstOffset, Is.GreaterThanOrEqualTo(70));
    }

    [Test]
    public async Task Old_records_go_though_no_new_ones_come()
    {
        var clock = new ManualTimeProvider();
        await using var log = Some.Log(_folder.Path, new AppendLogOptions { Retention = new LogRetention(Age: TimeSpan.FromHours(8)) }, clock);
        await log.AppendAsync(default, default, default);
        clock.Advance(TimeSpan.FromHours(7));
        await log.AppendAsync(default, default, default);
        Assert.That(log.FirstOffset, Is.Zero);

        clock.Advance(TimeSpan.FromHours(2));
        await Eventually.IsTrueAsync(() => log.FirstOffset == 1, "the first record to go");
        clock.Advance(TimeSpan.FromHours(8));
        await Eventually.IsTrueAsync(() => log.FirstOffset == 2, "the second record to go");
        Assert.That(await log.AppendAsync(default, default, default), Is.EqualTo(2));
    }

    [Test]
    public async Task Timestamps_follow_the_order_of_records_when_the_clock_jumps_back()
    {
        var clock = new JumpingClock { Now = DateTimeOffset.UnixEpoch.AddDays(2) };
        await using var log = Some.Log(_folder.Path, clock: clock);
        await log.AppendAsync(default, default, default);
        clock.Now = DateTimeOffset.UnixEpoch;
        await log.AppendAsync(default, default, default);
        using var reader = log.OpenReader(1);
        Assert.That(reader.TryRead(1, 1, out var records), Is.True);
        Assert.That(records![0].Timestamp, Is.EqualTo(DateTimeOffset.UnixEpoch.AddDays(2)));
    }

    [Test]
    public async Task Reject_refuses_until_something_was_trimmed()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions { Retention = new LogRetention(Bytes: 80_000), Full = LogFullPolicy.Reject });
        long taken = 0;
        Assert.That(
            async () =>
            {
                for (; taken < 500; taken++)
                {
                    await log.AppendAsync(default, default, new byte[1000]);
                }
            },
            Throws.InstanceOf<LogFullException>().With.Message.Contains("retention"));
        Assert.That(taken, Is.InRange(60, 80));
        Assert.That(log.FirstOffset, Is.Zero, "nothing was dropped");

        log.TrimTo(taken / 2);
        Assert.That(await log.AppendAsync(default, default, new byte[1000]), Is.EqualTo(taken));
    }

    [Test]
    public async Task A_reader_whose_records_were_trimmed_goes_on_with_the_oldest_and_counts_the_gap()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions { SegmentBytes = 4096 });
        for (var record = 0; record < 30; record++)
        {
            await log.AppendAsync(default, default, new byte[1000]);
        }

        using var reader = log.OpenReader(0);
        Assert.That(reader.TryRead(1, 1, out _), Is.True);
        log.TrimTo(15);
        Assert.That(reader.TryRead(1, 1, out var records), Is.True);
        Assert.That(records![0].Offset, Is.EqualTo(log.FirstOffset));
        Assert.That(log.FirstOffset, Is.InRange(12, 15));
        Assert.That(reader.SkippedRecords, Is.EqualTo(log.FirstOffset - 1));
    }

    [Test]
    public async Task What_was_trimmed_stays_trimmed()
    {
        var options = new AppendLogOptions { SegmentBytes = 4096 };
        long first;
        await using (var log = Some.Log(_folder.Path, options))
        {
            for (var record = 0; record < 30; record++)
            {
                await log.AppendAsync(default, default, new byte[1000]);
            }

            log.TrimTo(long.MaxValue);
            first = log.FirstOffset;
            Assert.That(first, Is.GreaterThan(25));
        }

        await using var reopened = Some.Log(_folder.Path, options);
        Assert.That(reopened.FirstOffset, Is.EqualTo(first));
        Assert.That(reopened.NextOffset, Is.EqualTo(30));
        Assert.That(Some.Segments(_folder.Path), Has.Length.EqualTo(1));
    }

    private sealed class JumpingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Test]
    public async Task A_smaller_limit_is_in_force_at_once_while_readers_and_appenders_go_on()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions());
        for (var record = 0; record < 300; record++)
        {
            await log.AppendAsync(default, default, new byte[1000]);
        }

        log.Reconfigure(new AppendLogOptions { Retention = new LogRetention(Bytes: 80_000) });

        await Eventually.IsTrueAsync(() => log.SizeBytes <= 80_000, "the new limit to be kept, without a new record");
        using var reader = log.OpenReader(0);
        Assert.That(await log.AppendAsync(default, default, default), Is.EqualTo(300));
        Assert.That(reader.TryRead(1000, int.MaxValue, out var records) && records[^1].Offset == 300);
        Assert.That(log.DroppedRecords, Is.GreaterThan(200));
    }

    [Test]
    public async Task A_log_becomes_one_that_refuses_and_back_while_it_is_open()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions { Retention = new LogRetention(Records: 2) });
        log.Reconfigure(new AppendLogOptions { Retention = new LogRetention(Records: 2), Full = LogFullPolicy.Reject });
        await log.AppendAsync(default, default, default);
        await log.AppendAsync(default, default, default);
        Assert.That(async () => await log.AppendAsync(default, default, default), Throws.TypeOf<LogFullException>());

        log.Reconfigure(new AppendLogOptions { Durability = Durability.Crash });

        Assert.That(await log.AppendAsync(default, default, default), Is.EqualTo(2));
    }

    [Test]
    public async Task A_log_on_the_disk_does_not_become_one_in_memory_while_it_is_open()
    {
        await using var log = Some.Log(_folder.Path, new AppendLogOptions());

        Assert.That(() => log.Reconfigure(new AppendLogOptions { Durability = Durability.Memory }), Throws.ArgumentException);
        Assert.That(() => log.Reconfigure(new AppendLogOptions { SegmentBytes = 1 }), Throws.ArgumentException);
        Assert.That(log.Options.Durability, Is.EqualTo(Durability.PowerLoss));
    }

    [Test]
    public async Task Age_that_is_set_while_the_log_is_open_is_obeyed()
    {
        var clock = new ManualTimeProvider();
        await using var log = Some.Log(_folder.Path, new AppendLogOptions(), clock);
        await log.AppendAsync(default, default, default);
        log.Reconfigure(new AppendLogOptions { Retention = new LogRetention(Age: TimeSpan.FromHours(8)) });

        clock.Advance(TimeSpan.FromHours(10));

        await Eventually.IsTrueAsync(() => log.FirstOffset == 1, "the record to go");
        Assert.That((log.OldestTimestamp, log.NewestTimestamp), Is.EqualTo(((DateTimeOffset?)null, (DateTimeOffset?)null)));
    }
}
