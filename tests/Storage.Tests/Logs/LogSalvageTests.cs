using System.Text;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>What can be read of a log that is damaged: everything but what the damage lies on.</summary>
public sealed class LogSalvageTests
{
    private static readonly string[] s_texts = ["alpha", "", "gamma gamma", "delta", "epsilon"];

    [Test]
    public async Task Every_flipped_bit_costs_the_record_that_it_lies_in_and_no_other()
    {
        using var folder = new TemporaryFolder();
        await Some.FolderAsync(folder.Path, closed: true, s_texts);
        var path = Some.Segments(folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        var ends = Ends();

        for (var bit = 32 * 8; bit < ends[^1] * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(path, bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var hit = Array.FindIndex(ends, end => bit / 8 < end);

            var (read, salvage) = Read(folder.Path);

            Assert.That(read, Is.EqualTo(Enumerable.Range(0, s_texts.Length).Where(record => record != hit).Select(record => (record, s_texts[record]))), $"bit {bit}");
            Assert.That((salvage.DamagedParts, salvage.MissingRecords), Is.EqualTo((1, hit is 0 || hit == s_texts.Length - 1 ? 0L : 1L)), $"bit {bit}");
        }
    }

    [Test]
    public async Task A_damaged_header_costs_nothing_unless_its_salt_is_gone()
    {
        using var folder = new TemporaryFolder();
        await Some.FolderAsync(folder.Path, closed: true, s_texts);
        var path = Some.Segments(folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        for (var at = 0; at < 32; at++)
        {
            bytes[at] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
            bytes[at] ^= 1;

            var (read, salvage) = Read(folder.Path);

            Assert.That(read, Has.Count.EqualTo(at is >= 12 and < 16 ? 0 : s_texts.Length), $"byte {at}");
            Assert.That(salvage.DamagedParts, Is.GreaterThan(0), $"byte {at}");
        }
    }

    [Test]
    public async Task A_sound_log_is_read_whole_over_all_its_segments([Values] bool closed)
    {
        using var folder = new TemporaryFolder();
        var texts = Enumerable.Range(0, 200).Select(i => new string((char)('a' + (i % 26)), 100)).ToArray();
        await using (var log = Some.Log(folder.Path, new AppendLogOptions { SegmentBytes = 4096 }))
        {
            foreach (var text in texts)
            {
                await log.AppendAsync(default, default, Encoding.UTF8.GetBytes(text));
            }
        }

        if (!closed)
        {
            using var file = File.Open(Some.Segments(folder.Path)[^1], FileMode.Open);
            file.SetLength(file.Length - 20);
        }

        var (read, salvage) = Read(folder.Path);

        Assert.That(Some.Segments(folder.Path), Has.Length.GreaterThan(3));
        Assert.That(read.Select(record => record.Text), Is.EqualTo(texts));
        Assert.That((salvage.DamagedParts, salvage.MissingRecords), Is.EqualTo((0, 0L)));
    }

    [Test]
    public async Task A_payload_that_is_a_log_itself_is_not_taken_for_records()
    {
        using var inner = new TemporaryFolder();
        await Some.FolderAsync(inner.Path, closed: true, s_texts);
        var payload = await File.ReadAllBytesAsync(Some.Segments(inner.Path)[0]);
        using var folder = new TemporaryFolder();
        await using (var log = Some.Log(folder.Path))
        {
            await log.AppendAsync(default, default, payload);
            await log.AppendAsync(default, default, "sound"u8.ToArray());
        }

        var path = Some.Segments(folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(Read(folder.Path).Records, Is.EqualTo(new[] { (1, "sound") }));
    }

    [Test]
    public async Task Find_reads_one_record_behind_the_damage_and_none_that_is_damaged()
    {
        using var folder = new TemporaryFolder();
        await Some.FolderAsync(folder.Path, closed: true, s_texts);
        var path = Some.Segments(folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[Ends()[1]] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(Encoding.UTF8.GetString(LogSalvage.Find(path, 3, 1024)!.Value.Payload.Span), Is.EqualTo("delta"));
        Assert.That(LogSalvage.Find(path, 2, 1024), Is.Null);
    }

    /// <summary>Where each record of <see cref="s_texts"/> ends: 34 bytes, "key", "headers", the text.</summary>
    private static int[] Ends()
    {
        var end = 32;
        return [.. s_texts.Select(text => end += 34 + 3 + 7 + text.Length)];
    }

    private static (List<(int Offset, string Text)> Records, LogSalvage Salvage) Read(string folder)
    {
        var salvage = new LogSalvage(1024 * 1024);
        return ([.. salvage.Read(folder).Select(record => ((int)record.Offset, Encoding.UTF8.GetString(record.Payload.Span)))], salvage);
    }
}
