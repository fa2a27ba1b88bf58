using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>What a power cut leaves, and what it cannot have left. The rule: docs/formats/append-log.md.</summary>
public sealed class TornTailTests
{
    private static readonly string[] Texts = ["alpha", "", "gamma gamma", "delta"];

    [Test]
    public async Task Cut_at_every_byte_the_log_keeps_every_whole_record_before_the_cut()
    {
        using var master = new TemporaryFolder();
        await Some.FolderAsync(master.Path, closed: false, Texts);
        var bytes = await File.ReadAllBytesAsync(Some.Segments(master.Path)[0]);
        var ends = RecordEnds(bytes);

        for (var length = 0; length < bytes.Length; length++)
        {
            using var folder = new TemporaryFolder();
            await File.WriteAllBytesAsync(folder["00000000000000000000.log"], bytes[..length]);
            var whole = ends.Count(end => end <= length);
            await using (var log = Some.Log(folder.Path))
            {
                Assert.That(Some.ReadAll(log).Select(record => record.Text), Is.EqualTo(Texts.Take(whole)), $"cut at {length}");
                Assert.That(await log.AppendAsync(default, default, "new"u8.ToArray()), Is.EqualTo(whole));
            }

            await using var again = Some.Log(folder.Path);
            Assert.That(Some.ReadAll(again), Has.Count.EqualTo(whole + 1), $"cut at {length}");
        }
    }

    [Test]
    public async Task Every_flipped_bit_of_a_closed_log_is_refused_or_loses_nothing([Values(false, true)] bool sealedSegment)
    {
        using var master = new TemporaryFolder();
        await Some.FolderAsync(master.Path, closed: true, Texts);
        if (sealedSegment)
        {
            await SealByRetentionAsync(master.Path);
        }

        var name = Path.GetFileName(Some.Segments(master.Path)[0]);
        var bytes = await File.ReadAllBytesAsync(Some.Segments(master.Path)[0]);
        var recordsEnd = RecordEnds(bytes)[^1];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            using var folder = new TemporaryFolder();
            foreach (var file in Some.Segments(master.Path))
            {
                File.Copy(file, folder[Path.GetFileName(file)]);
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(folder[name], bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));

            var outcome = await OutcomeAsync(folder.Path);
            if (bit / 8 < recordsEnd)
            {
                Assert.That(outcome, Is.EqualTo("refused"), $"bit {bit} of header or records");
            }
            else
            {
                Assert.That(outcome, Is.EqualTo("refused").Or.EqualTo(string.Join('|', Texts)), $"bit {bit} of footer or close mark");
            }
        }
    }

    [Test]
    public async Task A_flipped_bit_in_a_record_that_a_later_commit_proves_synced_is_damage()
    {
        using var folder = new TemporaryFolder();
        await Some.FolderAsync(folder.Path, closed: false, Texts);
        var path = Some.Segments(folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[32 + 34] ^= 1; // the first record's key
        await File.WriteAllBytesAsync(path, bytes);

        Assert.That(() => Some.Log(folder.Path), Throws.InstanceOf<CorruptLogException>()
            .With.Property(nameof(CorruptLogException.Offset)).EqualTo(0)
            .And.Property(nameof(CorruptLogException.Segment)).EqualTo(path));
        Assert.That(await File.ReadAllBytesAsync(path), Is.EqualTo(bytes), "damage is left as it is");
    }

    [Test]
    public async Task Pages_of_one_commit_that_arrived_out_of_order_are_a_torn_tail()
    {
        using var folder = new TemporaryFolder();
        await using (var log = Some.Log(folder.Path, new AppendLogOptions { Durability = Durability.Crash }))
        {
            await log.AppendAsync(default, default, "acknowledged before"u8.ToArray());
        }

        // One commit of two records, neither of which proves that the other was synced; the first was lost.
        await using (var log = Some.Log(folder.Path, new AppendLogOptions { Durability = Durability.Crash }))
        {
            await log.AppendAsync(default, default, "lost"u8.ToArray());
            await log.AppendAsync(default, default, "arrived"u8.ToArray());
        }

        var path = Some.Segments(folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        var ends = RecordEnds(bytes);
        bytes.AsSpan(ends[0]..ends[1]).Clear();
        await File.WriteAllBytesAsync(path, bytes[..ends[2]]);

        await using var reopened = Some.Log(folder.Path);
        Assert.That(Some.ReadAll(reopened).Select(record => record.Text), Is.EqualTo(new[] { "acknowledged before" }));
    }

    [Test]
    public async Task A_segment_missing_in_the_middle_is_damage()
    {
        using var folder = new TemporaryFolder();
        await using (var log = Some.Log(folder.Path, new AppendLogOptions { SegmentBytes = 4096 }))
        {
            for (var record = 0; record < 20; record++)
            {
                await log.AppendAsync(default, default, new byte[1000]);
            }
        }

        var missing = Some.Segments(folder.Path)[2];
        File.Delete(missing);
        Assert.That(() => Some.Log(folder.Path), Throws.InstanceOf<CorruptLogException>().With.Message.Contains(missing));
    }

    private static async Task SealByRetentionAsync(string folder)
    {
        await using var log = Some.Log(folder, new AppendLogOptions { Retention = new LogRetention(Records: 8 * Texts.Length) });
        await log.AppendAsync(default, default, "in the next segment"u8.ToArray());
    }

    private static async Task<string> OutcomeAsync(string folder)
    {
        try
        {
            await using var log = Some.Log(folder);
            return string.Join('|', Some.ReadAll(log).Select(record => record.Text).Take(Texts.Length));
        }
        catch (CorruptLogException)
        {
            return "refused";
        }
    }

    private static List<int> RecordEnds(byte[] bytes)
    {
        var ends = new List<int>();
        for (var at = 32; at + 4 <= bytes.Length && BitConverter.ToInt32(bytes, at) > 0; ends.Add(at))
        {
            at += BitConverter.ToInt32(bytes, at);
        }

        return ends;
    }
}
