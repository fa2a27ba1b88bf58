using NUnit.Framework;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

public sealed class LogCursorTests
{
    private const int SlotSpacing = 4096;
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Whatever_becomes_of_the_slot_being_written_the_position_before_is_kept()
    {
        var path = await CommitOneTwoThreeAsync();
        var bytes = await File.ReadAllBytesAsync(path);
        var newest = Enumerable.Range(0, 2).MaxBy(slot => BitConverter.ToInt64(bytes, (slot * SlotSpacing) + 8)) * SlotSpacing;
        for (var torn = newest; torn < newest + 24; torn++)
        {
            var damaged = bytes.ToArray();
            damaged[torn] ^= 0x40;
            await File.WriteAllBytesAsync(path, damaged);
            await using var log = Some.Log(_folder.Path);
            var cursor = log.OpenCursor("reader", 0);
            Assert.That(cursor.Committed, Is.EqualTo(2), $"byte {torn}");
            await cursor.CommitAsync(3);
        }
    }

    [Test]
    public async Task With_both_slots_damaged_the_cursor_is_refused()
    {
        var path = await CommitOneTwoThreeAsync();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[8] ^= 1;
        bytes[SlotSpacing + 8] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        await using var log = Some.Log(_folder.Path);
        Assert.That(() => log.OpenCursor("reader", 0), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path));
    }

    [Test]
    public async Task A_seek_goes_back_durably_and_commits_count_from_there()
    {
        await CommitOneTwoThreeAsync();
        await using (var log = Some.Log(_folder.Path))
        {
            var cursor = log.OpenCursor("reader", 0);
            await cursor.SeekAsync(1);
            Assert.That(cursor.Committed, Is.EqualTo(1));
            await cursor.CommitAsync(2);
            await cursor.SeekAsync(0);
        }

        await using var reopened = Some.Log(_folder.Path);
        Assert.That(reopened.OpenCursor("reader", 3).Committed, Is.Zero);
        Assert.That(() => reopened.OpenCursor("reader", 3).SeekAsync(4).AsTask(), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task Commits_at_once_end_at_the_highest()
    {
        await using (var log = Some.Log(_folder.Path))
        {
            for (var record = 0; record < 100; record++)
            {
                log.Append([], [], []);
            }

            await log.WaitDurableAsync(99);
            var cursor = log.OpenCursor("reader", 0);
            await Task.WhenAll(Enumerable.Range(1, 100).Select(next => cursor.CommitAsync(next).AsTask()));
            Assert.That(cursor.Committed, Is.EqualTo(100));
            Assert.That(() => cursor.CommitAsync(101).AsTask(), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }

        await using var reopened = Some.Log(_folder.Path);
        Assert.That(reopened.OpenCursor("reader", 0).Committed, Is.EqualTo(100));
    }

    [Test]
    public async Task A_new_cursor_stands_where_it_is_told_and_a_deleted_one_begins_anew()
    {
        await using var log = Some.Log(_folder.Path);
        log.Append([], [], []);
        var cursor = log.OpenCursor("reader", 1);
        Assert.That(cursor.Committed, Is.EqualTo(1));
        Assert.That(log.OpenCursor("reader", 0), Is.SameAs(cursor));
        await log.DeleteCursorAsync("reader");
        Assert.That(log.CursorNames, Is.Empty);
        Assert.That(log.OpenCursor("reader", 0).Committed, Is.Zero);
        Assert.That(() => log.OpenCursor(new string('/', 100), 0), Throws.ArgumentException);
    }

    [Test]
    public async Task A_cursor_does_not_skip_new_records_that_took_the_offsets_of_lost_ones()
    {
        await CommitOneTwoThreeAsync();
        Array.ForEach(Some.Segments(_folder.Path), File.Delete);

        await using var log = Some.Log(_folder.Path);
        for (var record = 0; record < 5; record++)
        {
            log.Append([], [], []);
        }

        Assert.That(log.OpenCursor("reader", 0).Committed, Is.Zero);
    }

    private async Task<string> CommitOneTwoThreeAsync()
    {
        await using var log = Some.Log(_folder.Path);
        for (var record = 0; record < 3; record++)
        {
            await log.AppendAsync(default, default, default);
        }

        var cursor = log.OpenCursor("reader", 0);
        for (var next = 1; next <= 3; next++)
        {
            await cursor.CommitAsync(next);
        }

        return _folder["cursors/reader.cursor"];
    }
}
