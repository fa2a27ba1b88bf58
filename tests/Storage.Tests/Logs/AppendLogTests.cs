using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

public sealed partial class AppendLogTests
{
    [TestCase(Durability.PowerLoss)]
    [TestCase(Durability.Crash)]
    [TestCase(Durability.Memory)]
    public async Task What_was_appended_is_read_back_after_reopening(Durability durability)
    {
        using var folder = new TemporaryFolder();
        var options = new AppendLogOptions { Durability = durability };
        await using (var log = Some.Log(folder.Path, options))
        {
            Assert.That(await log.AppendAsync("k"u8.ToArray(), "h"u8.ToArray(), "first"u8.ToArray()), Is.Zero);
            var second = log.Append([], [], "second"u8);
            await log.WaitDurableAsync(second);
            Assert.That(log.DurableOffset, Is.EqualTo(2));
        }

        await using var reopened = Some.Log(folder.Path, options);
        using var reader = reopened.OpenReader(0);
        Assert.That(reader.TryRead(10, 1000, out var records), Is.True);
        Assert.That(records!.Select(record => Encoding.UTF8.GetString(record.Key.Span) + Encoding.UTF8.GetString(record.Headers.Span) + Encoding.UTF8.GetString(record.Payload.Span)),
            Is.EqualTo(new[] { "khfirst", "second" }));
        Assert.That(reopened.NextOffset, Is.EqualTo(2));
    }

    [Test]
    public async Task A_reader_waits_at_the_tail_for_the_next_record()
    {
        using var folder = new TemporaryFolder();
        await using var log = Some.Log(folder.Path);
        using var reader = log.OpenReader(0);
        var read = reader.ReadAsync(10, 1000, default).AsTask();
        Assert.That(read.IsCompleted, Is.False);
        await log.AppendAsync(default, default, new byte[] { 7 });

        var records = await Eventually.CompletesAsync(read, "the record");
        Assert.That(records.Single().Payload.ToArray(), Is.EqualTo(new byte[] { 7 }));
    }

    [Test]
    public async Task Who_closes_a_log_that_is_being_closed_waits_until_the_folder_is_free()
    {
        using var folder = new TemporaryFolder();
        using var mayGoOn = new ManualResetEventSlim();
        var log = Some.Log(folder.Path);
        log.DurableAdvanced = _ => mayGoOn.Wait();
        log.Append([], [], [1]);
        var first = log.DisposeAsync().AsTask();
        var second = log.DisposeAsync().AsTask();
        var hasWaited = !second.IsCompleted;
        mayGoOn.Set();
        await second.WaitAsync(Eventually.Limit);
        Assert.That(hasWaited);
        await using var again = Some.Log(folder.Path);
        await first;

        Assert.That(again.NextOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task A_closed_folder_is_free_while_a_child_that_is_being_started_still_has_our_descriptors()
    {
        using var folder = new TemporaryFolder();
        var log = Some.Log(folder.Path);
        var copy = Duplicate(DescriptorOf(folder["lock"])); // what a fork does
        try
        {
            await log.DisposeAsync();

            await using var again = Some.Log(folder.Path);
            Assert.That(again.NextOffset, Is.Zero);
        }
        finally
        {
            _ = CloseDescriptor(copy);
        }
    }

    private static int DescriptorOf(string path) => int.Parse(
        Path.GetFileName(Directory.GetFiles("/proc/self/fd").Single(link => File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName == path)), CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [Test]
    public async Task A_folder_is_opened_once_at_a_time()
    {
        using var folder = new TemporaryFolder();
        await using (Some.Log(folder.Path))
        {
            Assert.That(() => Some.Log(folder.Path), Throws.InstanceOf<IOException>().With.Message.Contains("in use by process " + Environment.ProcessId));
        }

        await using var again = Some.Log(folder.Path);
        Assert.That(again.NextOffset, Is.Zero);
    }

    [Test]
    public async Task A_cursor_keeps_its_position()
    {
        using var folder = new TemporaryFolder();
        await using (var log = Some.Log(folder.Path))
        {
            await log.AppendAsync(default, default, default);
            await log.AppendAsync(default, default, default);
            var cursor = log.OpenCursor("cloud/mqtt #1", 0);
            await cursor.CommitAsync(2);
            await cursor.CommitAsync(1);
            Assert.That(cursor.Committed, Is.EqualTo(2));
        }

        await using var reopened = Some.Log(folder.Path);
        Assert.That(reopened.OpenCursor("cloud/mqtt #1", 0).Committed, Is.EqualTo(2));
        Assert.That(reopened.CursorNames, Is.EqualTo(new[] { "cloud/mqtt #1" }));
    }
}
