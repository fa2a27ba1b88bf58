using System.Diagnostics;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>A file system of 1 MiB that fills up. Needs the right to mount; skipped without.</summary>
public sealed class FullDiskTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Mount()
    {
        _folder = new TemporaryFolder();
        if (Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _folder.Path) != 0)
        {
            Assert.Ignore("mount -t tmpfs is not permitted here, so no disk can be filled.");
        }
    }

    [TearDown]
    public void Unmount()
    {
        Run("umount", _folder.Path);
        _folder.Dispose();
    }

    [Test]
    public async Task A_full_disk_refuses_records_keeps_the_acknowledged_and_takes_new_ones_once_there_is_space()
    {
        var options = new AppendLogOptions { SegmentBytes = 64 * 1024 };
        var acknowledged = new List<long>();
        await using (var log = Some.Log(_folder["log"], options))
        {
            var advanced = 0L;
            var refusals = new List<(long First, long Next)>();
            log.DurableAdvanced = next => advanced = next;
            log.AppendsFailed = (first, next, _) => refusals.Add((first, next));

            var failure = await FillAsync(log, acknowledged);
            Assert.That(failure.Message, Does.Contain(_folder["log"]).And.Contain("Free space"));
            var refused = refusals[0].First;
            Assert.That(() => log.WaitDurableAsync(refused).AsTask(), Throws.InstanceOf<LogFullException>());
            Assert.That(Some.ReadAll(log).Select(record => record.Offset), Is.EqualTo(acknowledged));

            log.TrimTo(acknowledged[acknowledged.Count / 2]);
            long offset = -1;
            await Eventually.IsTrueAsync(async () => (offset = await TryAppendAsync(log)) >= 0, "an append to succeed after a trim");
            acknowledged.Add(offset);

            Assert.That(offset, Is.GreaterThan(refused), "the number of a refused record is not used again");
            Assert.That(advanced, Is.EqualTo(offset + 1));
            Assert.That(() => log.WaitDurableAsync(refused).AsTask(), Throws.InstanceOf<LogFullException>(), "a late question gets the same answer");
        }

        await using var reopened = Some.Log(_folder["log"], options);
        Assert.That(Some.ReadAll(reopened).Select(record => record.Offset), Is.EqualTo(acknowledged.Where(offset => offset >= reopened.FirstOffset)));
    }

    [Test]
    public async Task A_log_that_was_killed_on_a_full_disk_opens_with_everything_acknowledged()
    {
        var acknowledged = new List<long>();
        await using (var log = Some.Log(_folder["log"], new AppendLogOptions { SegmentBytes = 64 * 1024 }))
        {
            await FillAsync(log, acknowledged);
            Directory.CreateDirectory(_folder["killed"]);
            using var copies = new TemporaryFolder();
            foreach (var segment in Some.Segments(_folder["log"]))
            {
                File.Copy(segment, copies[Path.GetFileName(segment)]);
            }

            await using var copy = Some.Log(copies.Path);
            Assert.That(Some.ReadAll(copy).Select(record => record.Offset), Is.EqualTo(acknowledged));
        }
    }

    [Test]
    public async Task A_disk_that_fills_up_while_segments_are_compressed_costs_nothing_and_takes_records_again_as_they_shrink()
    {
        var options = new AppendLogOptions { SegmentBytes = 128 * 1024, Compression = LogCompression.Always };
        var text = new string('x', 3000);
        var clock = new ManualTimeProvider();
        var ballast = _folder["ballast"];
        long kept = 0;
        await using (var log = Some.Log(_folder["log"], options, clock))
        {
            // Three times what the disk holds as it is: each time full to the last page, then room for one copy, with nobody who appends.
            while (kept * text.Length <= 3 * 1024 * 1024)
            {
                await File.WriteAllBytesAsync(ballast, new byte[300 * 1024]);
                var taken = await FillAsync(log, text);
                Assert.That(taken, Is.Positive, "what shrank is room for records");
                kept += taken;
                File.Delete(ballast);
                await Eventually.IsTrueAsync(
                    () =>
                    {
                        clock.Advance(TimeSpan.FromSeconds(10));
                        return log.SizeBytes < 3 * options.SegmentBytes;
                    },
                    () => $"all but the last two segments to shrink: {log.SizeBytes} bytes are left, {kept} records taken",
                    TimeSpan.FromMinutes(2));
            }

            Assert.That(Some.ReadAll(log).Select(record => record.Text), Is.EqualTo(Enumerable.Repeat(text, (int)kept)));
        }

        await using var reopened = Some.Log(_folder["log"], options);
        Assert.That(Some.ReadAll(reopened), Has.Count.EqualTo(kept));
    }

    /// <summary>Appends until the disk is full; returns how many were taken.</summary>
    private static async Task<int> FillAsync(AppendLog log, string text)
    {
        for (var taken = 0; ; taken++)
        {
            try
            {
                await log.AppendAsync(default, default, System.Text.Encoding.ASCII.GetBytes(text));
            }
            catch (LogFullException)
            {
                return taken;
            }
        }
    }

    private static async Task<LogFullException> FillAsync(AppendLog log, List<long> acknowledged)
    {
        try
        {
            while (true)
            {
                acknowledged.Add(await log.AppendAsync(default, default, new byte[777]));
            }
        }
        catch (LogFullException exception)
        {
            return exception;
        }
    }

    private static async Task<long> TryAppendAsync(AppendLog log)
    {
        try
        {
            return await log.AppendAsync(default, default, new byte[777]);
        }
        catch (LogFullException)
        {
            return -1;
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
