using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>What everybody is done with does not stay on the disk.</summary>
public sealed class TrimTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_log_that_was_trimmed_whole_takes_next_to_no_space()
    {
        await using var log = Some.Log(_folder.Path, Options());
        await AppendAsync(log, 300);
        log.TrimTo(300);
        await Eventually.IsTrueAsync(() => BytesOnDisk() < 1000, "the segment being written to be given back");
        Assert.That((log.FirstOffset, log.NextOffset), Is.EqualTo((300L, 300L)));
        Assert.That(await log.AppendAsync(default, default, new byte[1000]), Is.EqualTo(300));
    }

    [Test]
    public async Task A_log_that_is_trimmed_as_it_grows_stays_small()
    {
        await using var log = Some.Log(_folder.Path, Options());
        for (var round = 0; round < 40; round++)
        {
            await AppendAsync(log, 200);
            log.TrimTo(log.NextOffset - 50);
        }

        await Eventually.IsTrueAsync(() => BytesOnDisk() < 3 * 1024 * 1024, "most of 8 MiB to be given back");
        Assert.That(Some.ReadAll(log)[^50..].Select(record => record.Offset), Is.EqualTo(Enumerable.Range(7950, 50)), "what was not trimmed is there");
    }

    [Test]
    public async Task A_full_log_that_rejects_takes_records_at_once_when_it_was_trimmed_whole()
    {
        var options = new AppendLogOptions
        {
            SegmentBytes = 1024 * 1024, Retention = new LogRetention(Bytes: 1024 * 1024), Full = LogFullPolicy.Reject, TrimsActiveSegment = true, Durability = Durability.Crash,
        };
        await using var log = Some.Log(_folder.Path, options);
        for (var full = 0; full < 3; full++)
        {
            Assert.That(async () => await AppendAsync(log, 2000), Throws.InstanceOf<LogFullException>());
            await log.WaitDurableAsync(log.NextOffset - 1);
            log.TrimTo(log.NextOffset);
            Assert.That(() => log.Append([], [], new byte[1000]), Throws.Nothing, "at once, before the committer has done anything");
        }
    }

    [Test]
    public async Task Little_is_not_worth_another_segment()
    {
        await using var log = Some.Log(_folder.Path, Options());
        await AppendAsync(log, 30);
        log.TrimTo(30);
        await AppendAsync(log, 1);
        Assert.That(log.FirstOffset, Is.Zero);
    }

    [Test]
    public async Task The_written_bytes_count_cursors_and_footers_too()
    {
        await using var log = Some.Log(_folder.Path, Options());
        var cursor = log.OpenCursor("c", 0);
        await AppendAsync(log, 300);
        Assert.That(log.AcceptedBytes, Is.EqualTo(300_000));
        var before = log.WrittenBytes;
        Assert.That(before, Is.InRange(300 * 1034, 300 * 1034 + 200));
        await cursor.CommitAsync(300);
        Assert.That(log.WrittenBytes, Is.EqualTo(before + 24));
        log.TrimTo(300);
        await Eventually.IsTrueAsync(() => log.WrittenBytes > before + 24 + 44, "a footer to be written");
    }

    private static AppendLogOptions Options() => new() { TrimsActiveSegment = true, Durability = Durability.Crash };

    private static async Task AppendAsync(AppendLog log, int records)
    {
        for (var record = 0; record < records; record++)
        {
            await log.AppendAsync(default, default, new byte[1000]);
        }
    }

    private long BytesOnDisk() => Some.Segments(_folder.Path).Sum(path => new FileInfo(path).Length);
}
