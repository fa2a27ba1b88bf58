using System.Globalization;
using System.Text;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>Sealed segments shrink in the background, and nobody who reads can tell.</summary>
public sealed class CompressionTests
{
    private const int SegmentBytes = 256 * 1024;
    private static readonly AppendLogOptions s_always = new() { SegmentBytes = SegmentBytes, Compression = LogCompression.Always, Durability = Durability.Crash };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Compressed_segments_read_like_those_that_were_written_from_every_record_on()
    {
        var texts = Texts(2500).ToList();
        texts[100] = new string('x', 200_000); // longer than a block
        await using (var log = Some.Log(_folder.Path, s_always))
        {
            await AppendAsync(log, texts);
            await CompressedAsync(2);
            AssertReads(log, texts);
        }

        await using var reopened = Some.Log(_folder.Path, s_always);
        AssertReads(reopened, texts);
        Assert.That(reopened.SizeBytes, Is.EqualTo(Some.Segments(_folder.Path).Sum(path => new FileInfo(path).Length)).Within(20), "what is on the disk counts, but for the close mark");
        for (var from = 0; from < texts.Count; from += 37)
        {
            using var reader = reopened.OpenReader(from);
            Assert.That(reader.TryRead(1, 1, out var records), Is.True);
            Assert.That((records![0].Offset, Encoding.UTF8.GetString(records[0].Payload.Span)), Is.EqualTo(((long)from, texts[from])));
        }
    }

    [Test]
    public async Task Auto_compresses_what_shrinks_enough_for_the_budget_and_nothing_else()
    {
        var random = new Random(3);
        var noise = _folder["noise"];
        await using (var log = Some.Log(noise, new AppendLogOptions { SegmentBytes = SegmentBytes, Compression = LogCompression.Auto, Durability = Durability.Crash }))
        {
            for (var record = 0; record < 1200; record++)
            {
                var payload = new byte[1000];
                random.NextBytes(payload);
                await log.AppendAsync(default, default, payload);
            }
        }

        Assert.That(Some.Segments(noise).Where(IsCompressed), Is.Empty, "noise");

        var telemetry = _folder["telemetry"];
        await using (var log = Some.Log(telemetry, new AppendLogOptions { SegmentBytes = SegmentBytes, Compression = LogCompression.Auto, Durability = Durability.Crash }))
        {
            await AppendAsync(log, Texts(1500));
            await CompressedAsync(2, telemetry);
        }
    }

    [Test]
    public async Task The_active_and_the_youngest_sealed_segment_stay_as_they_are()
    {
        await using var log = Some.Log(_folder.Path, s_always);
        await AppendAsync(log, Texts(1500));
        await CompressedAsync(Some.Segments(_folder.Path).Length - 2);
        Assert.That(Some.Segments(_folder.Path)[^2..].Select(IsCompressed), Is.All.False);
    }

    [Test]
    public async Task A_reader_goes_on_while_its_segment_is_replaced_and_when_it_is_trimmed()
    {
        var texts = Texts(3000).ToList();
        await using var log = Some.Log(_folder.Path, s_always);
        await AppendAsync(log, texts.Take(100));
        using var reader = log.OpenReader(0);
        Assert.That(reader.TryRead(10, 1, out _), Is.True);
        await AppendAsync(log, texts.Skip(100));
        await CompressedAsync(2);

        for (var next = reader.NextOffset; next < 90; next = reader.NextOffset)
        {
            Assert.That(reader.TryRead(10, 1, out var records), Is.True);
            Assert.That(Encoding.UTF8.GetString(records![0].Payload.Span), Is.EqualTo(texts[(int)next]));
        }

        log.TrimTo(long.MaxValue);
        Assert.That(reader.TryRead(1, 1, out var last), Is.True);
        Assert.That(last![0].Offset, Is.EqualTo(log.FirstOffset));
        Assert.That(reader.SkippedRecords, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_flipped_bit_in_a_compressed_segment_is_told_and_never_yields_another_record()
    {
        var texts = Texts(1500).ToList();
        await WriteAsync(texts);
        var path = Some.Segments(_folder.Path)[0];
        var bytes = await File.ReadAllBytesAsync(path);
        Assert.That(IsCompressed(path));
        for (var at = 0; at < bytes.Length; at += 211)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            await File.WriteAllBytesAsync(path, damaged);
            var read = new List<(long Offset, string Text)>();
            Assert.That(() => ReadInto(read), Throws.InstanceOf<CorruptLogException>(), $"byte {at}");
            Assert.That(read, Is.EqualTo(texts.Take(read.Count).Select((text, offset) => ((long)offset, text))), $"byte {at}");
        }
    }

    [Test]
    public async Task A_compressed_segment_that_was_cut_short_is_damage([Values(1, 5, 100, 5_000)] int missing)
    {
        await WriteAsync(Texts(1500));
        var path = Some.Segments(_folder.Path)[0];
        await using (var file = File.Open(path, FileMode.Open))
        {
            file.SetLength(file.Length - missing);
        }

        Assert.That(() => Some.Log(_folder.Path, s_always), Throws.InstanceOf<CorruptLogException>().With.Message.Contains(path));
    }

    [Test]
    public async Task What_a_kill_left_of_a_copy_is_removed_and_the_segment_stays()
    {
        var texts = Texts(1000).ToList();
        await using (var log = Some.Log(_folder.Path, new AppendLogOptions { SegmentBytes = SegmentBytes }))
        {
            await AppendAsync(log, texts);
        }

        var leftover = Some.Segments(_folder.Path)[0] + ".compressing";
        await File.WriteAllTextAsync(leftover, "half a copy");
        await using var reopened = Some.Log(_folder.Path, new AppendLogOptions { SegmentBytes = SegmentBytes });
        Assert.That(leftover, Does.Not.Exist);
        AssertReads(reopened, texts);
    }

    [Test]
    public async Task A_log_whose_last_file_is_compressed_goes_on_behind_it()
    {
        var texts = Texts(1500).ToList();
        await WriteAsync(texts);
        foreach (var path in Some.Segments(_folder.Path)[1..])
        {
            File.Delete(path);
        }

        await using var log = Some.Log(_folder.Path, s_always);
        var kept = Some.ReadAll(log).Count;
        Assert.That(kept, Is.GreaterThan(100));
        Assert.That(await log.AppendAsync(default, default, "next"u8.ToArray()), Is.EqualTo(kept));
        AssertReads(log, [.. texts.Take(kept), "next"]);
    }

    internal static IEnumerable<string> Texts(int count)
    {
        var random = new Random(11);
        for (var text = 0; text < count; text++)
        {
            var samples = Enumerable.Range(0, 20).Select(i => $"{{\"t\":{17_000_000 + (text * 20) + i},\"battery\":{80 + random.Next(2)},\"state\":\"cleaning\"}}");
            yield return string.Create(CultureInfo.InvariantCulture, $"{{\"robot\":{text},\"samples\":[{string.Join(",", samples)}]}}");
        }
    }

    internal static bool IsCompressed(string path)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = 8;
        return file.ReadByte() == 2;
    }

    private async Task WriteAsync(IEnumerable<string> texts)
    {
        await using var log = Some.Log(_folder.Path, s_always);
        await AppendAsync(log, texts);
        await CompressedAsync(2);
    }

    private static async Task AppendAsync(AppendLog log, IEnumerable<string> texts)
    {
        long last = -1;
        foreach (var text in texts)
        {
            last = await log.AppendAsync(default, default, Encoding.UTF8.GetBytes(text));
        }

        await log.WaitDurableAsync(last);
    }

    private Task CompressedAsync(int atLeast, string? folder = null) =>
        Eventually.IsTrueAsync(() => Some.Segments(folder ?? _folder.Path).Count(IsCompressed) >= atLeast, $"{atLeast} segments to be compressed");

    private void ReadInto(List<(long, string)> read)
    {
        var log = Some.Log(_folder.Path, s_always);
        try
        {
            using var reader = log.OpenReader(0);
            while (reader.TryRead(7, 900, out var records))
            {
                read.AddRange(records.Select(record => (record.Offset, Encoding.UTF8.GetString(record.Payload.Span))));
            }
        }
        finally
        {
            log.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static void AssertReads(AppendLog log, IReadOnlyList<string> texts) =>
        Assert.That(Some.ReadAll(log), Is.EqualTo(texts.Select((text, offset) => ((long)offset, text))));
}
