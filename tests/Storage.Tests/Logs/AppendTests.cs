using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

public sealed class AppendTests
{
    [Test]
    public async Task Concurrent_appenders_get_dense_offsets_and_find_their_own_record_there()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path, new AppendLogOptions { SegmentBytes = 8192 });
        var appended = await Task.WhenAll(Enumerable.Range(0, 16).Select(producer => Task.Run(async () =>
        {
            var mine = new List<(long, string)>();
            for (var number = 0; number < 100; number++)
            {
                var text = $"{producer}:{number}";
                mine.Add((await log.AppendAsync(default, default, System.Text.Encoding.ASCII.GetBytes(text)), text));
            }

            return mine;
        })));

        Assert.That(Some.ReadAll(log), Is.EqualTo(appended.SelectMany(mine => mine).OrderBy(record => record.Item1)));
        Assert.That(log.NextOffset, Is.EqualTo(1600));
        Assert.That(log.DurableOffset, Is.EqualTo(1600));
        Assert.That(log.PendingBytes, Is.Zero);
    }

    [Test]
    public async Task Records_that_gather_share_one_commit_and_the_end_of_the_log_ends_the_wait()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection().AddStorage().BuildServiceProvider();
        var metrics = services.GetRequiredService<StorageMetrics>();
        var log = AppendLog.Open(folder["gathered"], new AppendLogOptions { Gather = TimeSpan.FromHours(1) }, TimeProvider.System, NullLogger.Instance, metrics);

        var appends = Enumerable.Range(0, 100).Select(_ => log.AppendAsync(default, default, new byte[10]).AsTask()).ToList();
        Assert.That(appends, Has.All.Property(nameof(Task.IsCompleted)).False, "nothing is acknowledged before it is on the disk");
        await log.DisposeAsync();

        Assert.That(await Task.WhenAll(appends), Is.EqualTo(Enumerable.Range(0, 100)));
        Assert.That((metrics.Uses.Single().Commits, metrics.Uses.Single().Items), Is.EqualTo((1L, 100L)));
    }

    [Test]
    public async Task Records_gather_no_longer_than_until_there_is_enough_for_a_sync()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path, new AppendLogOptions { Gather = TimeSpan.FromHours(1), MaxPendingBytes = 64 * 1024 });

        var first = log.AppendAsync(default, default, new byte[10]).AsTask();
        Assert.That(first.IsCompleted, Is.False);
        _ = log.Append(default, default, new byte[16 * 1024]);
        await Eventually.CompletesAsync(first, "the first of a quarter of what may wait");
    }

    [Test]
    public async Task Records_gather_no_more_once_somebody_waits_for_the_end()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path, new AppendLogOptions { Gather = TimeSpan.FromHours(1) });

        var before = log.AppendAsync(default, default, new byte[10]).AsTask();
        log.EndGathering();
        await Eventually.CompletesAsync(before, "a record that gathered");
        await Eventually.CompletesAsync(log.AppendAsync(default, default, new byte[10]).AsTask(), "one that came later");
    }

    [Test]
    public async Task Records_that_gather_are_acknowledged_when_their_time_is_over()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path, new AppendLogOptions { Gather = TimeSpan.FromMilliseconds(20) });

        Assert.That(await log.AppendAsync(default, default, new byte[10]), Is.Zero);
        Assert.That(await log.AppendAsync(default, default, new byte[10]), Is.EqualTo(1));
        Assert.That(log.DurableOffset, Is.EqualTo(2));
    }

    [Test]
    public async Task Append_allocates_nothing_once_its_buffers_have_grown()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path, new AppendLogOptions { Durability = Durability.Crash, Retention = new LogRetention(Bytes: 100_000_000) });
        var payload = new byte[100];

        // How far both of the writer's buffers have grown depends on how the committer was scheduled: each may grow a few times more, and then never again.
        var allocated = long.MaxValue;
        for (var round = 0; round < 20 && allocated != 0; round++)
        {
            await FillAsync();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var record = 0; record < 1000; record++)
            {
                log.Append(payload.AsSpan(0, 10), payload.AsSpan(0, 20), payload);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(allocated, Is.Zero);

        async Task FillAsync()
        {
            long last = 0;
            for (var record = 0; record < 5000; record++)
            {
                last = log.Append([], [], payload);
            }

            await log.WaitDurableAsync(last);
        }
    }

    [Test]
    public async Task DurableAdvanced_is_told_every_advance_in_order_and_before_the_waiters()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path);
        var told = new List<long>();
        log.DurableAdvanced = told.Add;
        for (var record = 0; record < 20; record++)
        {
            var offset = await log.AppendAsync(default, default, default);
            Assert.That(told[^1], Is.EqualTo(offset + 1));
        }

        Assert.That(told, Is.Ordered);
    }

    [Test]
    public async Task A_listener_that_throws_does_not_stop_the_log()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path);
        log.DurableAdvanced = _ => throw new InvalidOperationException("a listener's fault");
        await log.AppendAsync(default, default, default);
        Assert.That(await log.AppendAsync(default, default, default), Is.EqualTo(1));
    }

    [Test]
    public async Task AppendAsync_waits_and_Append_refuses_while_too_much_waits_for_the_disk()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path, new AppendLogOptions { MaxPendingBytes = 4096 });
        using var release = new ManualResetEventSlim();
        log.DurableAdvanced = _ => release.Wait();
        var first = log.Append([], [], default);
        await Eventually.IsTrueAsync(() => log.DurableOffset == 1, "the committer to be held in its listener");

        var pending = Enumerable.Range(0, 10).Select(_ => log.Append([], [], new byte[1000])).ToArray();
        var waiting = log.AppendAsync(default, default, new byte[1000]).AsTask();
        Assert.That(log.NextOffset, Is.EqualTo(first + 1 + pending.Length), "AppendAsync waits with its record still in its hands");
        Assert.That(() => log.Append([], [], new byte[8000]), Throws.InstanceOf<LogFullException>());

        release.Set();
        Assert.That(await Eventually.CompletesAsync(waiting, "the append that waited for room"), Is.EqualTo(11));
    }

    [Test]
    public async Task A_record_larger_than_a_segment_has_one_of_its_own()
    {
        using var folder = new TemporaryFolder();
        var options = new AppendLogOptions { SegmentBytes = 4096, MaxRecordBytes = 300_000 };
        await using (var log = Some.Log(folder.Path, options))
        {
            await log.AppendAsync(default, default, "before"u8.ToArray());
            await log.AppendAsync(default, default, Enumerable.Repeat((byte)'x', 300_000).ToArray());
            await log.AppendAsync(default, default, "after"u8.ToArray());
            Assert.That(() => log.Append([], [], new byte[300_001]), Throws.ArgumentException);
            Assert.That(() => log.Append(new byte[65_536], [], []), Throws.ArgumentException);
        }

        await using var reopened = Some.Log(folder.Path, options);
        Assert.That(Some.ReadAll(reopened).Select(record => record.Text.Length), Is.EqualTo(new[] { 6, 300_000, 5 }));
        Assert.That(Some.Segments(folder.Path), Has.Length.EqualTo(3));
    }

    [Test]
    public async Task After_a_failed_sync_the_log_takes_no_more_records_and_what_was_durable_is_read()
    {
        using var folder = new TemporaryFolder();
        await using (var log = Some.Log(folder.Path))
        {
            await log.AppendAsync(default, default, "durable"u8.ToArray());
            BreakSync(log);
            using var reader = log.OpenReader(1);
            var waitingReader = reader.ReadAsync(1, 1, default).AsTask();

            Assert.That(() => log.AppendAsync(default, default, "lost"u8.ToArray()).AsTask(), Throws.InstanceOf<LogFailedException>());
            Assert.That(() => log.Append([], [], "refused"u8), Throws.InstanceOf<LogFailedException>());
            Assert.That(() => log.WaitDurableAsync(1).AsTask(), Throws.InstanceOf<LogFailedException>());
            Assert.That(() => waitingReader, Throws.InstanceOf<LogFailedException>());
            Assert.That(log.DurableOffset, Is.EqualTo(1));
            Assert.That(Some.ReadAll(log).Select(record => record.Text), Is.EqualTo(new[] { "durable" }));
        }

        await using var reopened = Some.Log(folder.Path);
        Assert.That(Some.ReadAll(reopened), Has.Count.EqualTo(1));
    }

    [Test]
    public void Options_out_of_bounds_are_all_named_at_once()
    {
        using var folder = new TemporaryFolder();
        var options = new AppendLogOptions { SegmentBytes = 1, MaxRecordBytes = 0, MaxPendingBytes = 1, Retention = new LogRetention(Bytes: 0) };
        Assert.That(() => Some.Log(folder.Path, options), Throws.ArgumentException
            .With.Message.Contains("SegmentBytes").And.Message.Contains("MaxRecordBytes").And.Message.Contains("MaxPendingBytes").And.Message.Contains("Retention"));
    }

    /// <summary>No file system fails on request; /dev/null takes writes and refuses fdatasync (EINVAL).</summary>
    private static void BreakSync(AppendLog log)
    {
        const System.Reflection.BindingFlags hidden = System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance;
        var writer = typeof(AppendLog).GetField("_writer", hidden)!.GetValue(log)!;
        writer.GetType().GetField("_file", hidden)!.SetValue(writer, File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite));
    }
}
