using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.Streams.Export.Files;
using Roost.Streams.Export.Targets;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.Files;

public sealed class FileTargetTests
{
    private readonly ManualTimeProvider _clock = new();
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task Batches_gather_in_a_file_that_is_readable_at_any_time_and_closed_when_it_is_full()
    {
        await using var target = Target(options => options.MaxFileBytes = 64 * 1024);
        var noise = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(22_000));

        await AcceptAsync(target, 0, 2, noise);
        Assert.That(Names(), Is.EqualTo(new[] { "telemetry-0123456789abcdef-00000000000000000000.ndjson.gz.part" }));
        Assert.That(Unzipped(Files().Single()), Is.EqualTo(new long[] { 0, 1 }));
        await AcceptAsync(target, 2, 3, noise);
        await AcceptAsync(target, 3, 5, noise);

        Assert.That(Names(), Is.EqualTo(new[]
        {
            "telemetry-0123456789abcdef-00000000000000000000-00000000000000000003.ndjson.gz",
            "telemetry-0123456789abcdef-00000000000000000003.ndjson.gz.part",
        }));
        Assert.That(Everything(), Is.EqualTo(Batches.Offsets(0, 5)));
    }

    [Test]
    public async Task A_file_is_closed_when_it_is_old_though_nothing_comes()
    {
        await using var target = Target();
        await AcceptAsync(target, 0, 2);

        _clock.Advance(TimeSpan.FromMinutes(59));
        await AcceptAsync(target, 2, 3);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Eventually.IsTrueAsync(() => Names() is ["telemetry-0123456789abcdef-00000000000000000000-00000000000000000003.ndjson.gz"], "the file to be closed");
    }

    [TestCase(BatchFormat.Ndjson, BatchCompression.Gzip)]
    [TestCase(BatchFormat.Ndjson, BatchCompression.None)]
    [TestCase(BatchFormat.LengthPrefixed, BatchCompression.Gzip)]
    [TestCase(BatchFormat.LengthPrefixed, BatchCompression.None)]
    public async Task A_batch_that_was_written_is_not_written_again_after_a_crash(BatchFormat format, BatchCompression compression)
    {
        await AcceptAsync(Target(null, format, compression), 0, 3); // not disposed of: killed
        await AcceptAsync(Target(null, format, compression), 0, 3);
        var before = File.ReadAllBytes(Files().Single());
        var again = Target(null, format, compression);
        await AcceptAsync(again, 0, 3);
        Assert.That(File.ReadAllBytes(Files().Single()), Is.EqualTo(before));

        await AcceptAsync(again, 2, 5);
        Assert.That(Everything(), Is.EqualTo(Batches.Offsets(0, 5)), "a batch that overlaps, as after a change of its limits, adds what is new of it");
    }

    [TestCase(BatchFormat.Ndjson, BatchCompression.Gzip)]
    [TestCase(BatchFormat.Ndjson, BatchCompression.None)]
    [TestCase(BatchFormat.LengthPrefixed, BatchCompression.Gzip)]
    [TestCase(BatchFormat.LengthPrefixed, BatchCompression.None)]
    public async Task A_file_that_is_torn_at_any_byte_of_its_last_batch_comes_out_whole(BatchFormat format, BatchCompression compression)
    {
        await AcceptAsync(Target(null, format, compression), 0, 3);
        var path = Files().Single();
        var first = new FileInfo(path).Length;
        await AcceptAsync(Target(null, format, compression), 3, 6);
        var whole = File.ReadAllBytes(path);
        await AcceptAsync(Target(null, format, compression), 6, 8);
        var expected = File.ReadAllBytes(path);

        for (var length = first; length < whole.Length; length++)
        {
            foreach (var zeros in length % 5 == 0 ? new[] { 0, (int)(whole.Length - length) } : [0]) // a file system may have set the length, and not written
            {
                File.WriteAllBytes(path, [.. whole[..(int)length], .. new byte[zeros]]);
                var target = Target(null, format, compression);
                await AcceptAsync(target, 3, 6);
                await AcceptAsync(target, 6, 8);
                Assert.That(Everything(), Is.EqualTo(Batches.Offsets(0, 8)), $"cut at {length}, then {zeros} zeros");
                if (compression == BatchCompression.Gzip)
                {
                    Assert.That(File.ReadAllBytes(path), Is.EqualTo(expected));
                }
            }
        }
    }

    [Test]
    public async Task A_file_torn_in_its_first_batch_is_begun_anew()
    {
        await AcceptAsync(Target(), 5, 8);
        var path = Files().Single();
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

        await AcceptAsync(Target(), 5, 8);

        Assert.That(Everything(), Is.EqualTo(new long[] { 5, 6, 7 }));
    }

    [Test]
    public async Task A_crash_after_a_file_was_closed_repeats_nothing()
    {
        var target = Target(options => options.MaxFileBytes = 64 * 1024);
        var noise = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(60_000));
        await AcceptAsync(target, 0, 1, noise);
        await AcceptAsync(target, 1, 2, noise);
        File.Delete(Files().Single(path => path.EndsWith(".part", StringComparison.Ordinal))); // the power went before it was there

        await AcceptAsync(Target(), 0, 1, noise);
        await AcceptAsync(Target(), 1, 2, noise);

        Assert.That(Everything(), Is.EqualTo(new long[] { 0, 1 }));
    }

    [Test]
    public async Task Names_tell_where_records_are_missing()
    {
        await using var target = Target();
        await AcceptAsync(target, 0, 2);
        await AcceptAsync(target, 7, 9);

        Assert.That(Names()[0], Does.EndWith("-00000000000000000000-00000000000000000002.ndjson.gz"));
        Assert.That(Names()[1], Does.EndWith("-00000000000000000007.ndjson.gz.part"));
    }

    [Test]
    public async Task Another_stream_of_the_same_name_another_export_and_another_gateway_have_files_of_their_own()
    {
        await using var target = Target();
        await using var later = Target();
        await using var other = Target();
        await using var foreign = Target();
        await AcceptAsync(target, 0, 2);
        Assert.That(await later.SendAsync(Batches.Of(0, 3, streamId: "fedcba9876543210"), default), Is.EqualTo(Delivery.Accepted));
        Assert.That(await other.SendAsync(Batches.Of(0, 3, export: "second"), default), Is.EqualTo(Delivery.Accepted));
        Assert.That(await foreign.SendAsync(Batches.Of(0, 3, streamId: ""), default), Is.EqualTo(Delivery.Accepted));

        Assert.That(Names(), Is.EqualTo(new[]
        {
            "telemetry-0123456789abcdef-00000000000000000000.ndjson.gz.part",
            "telemetry-0123456789abcdef-second-00000000000000000000.ndjson.gz.part",
            "telemetry-fedcba9876543210-00000000000000000000.ndjson.gz.part",
            "telemetry-gw-00000000000000000000.ndjson.gz.part",
        }));
        Assert.That(Files().Select(Unzipped).Select(offsets => offsets.Count), Is.EqualTo(new[] { 2, 3, 3, 3 }));
    }

    [Test]
    public async Task A_stream_that_is_made_anew_meanwhile_begins_files_of_its_own_and_the_old_one_is_closed()
    {
        await using var target = Target();
        await AcceptAsync(target, 0, 5);
        Assert.That(await target.SendAsync(Batches.Of(0, 2, streamId: "fedcba9876543210"), default), Is.EqualTo(Delivery.Accepted));

        Assert.That(Names(), Is.EqualTo(new[]
        {
            "telemetry-0123456789abcdef-00000000000000000000-00000000000000000005.ndjson.gz",
            "telemetry-fedcba9876543210-00000000000000000000.ndjson.gz.part",
        }));
    }

    [Test]
    public async Task A_change_of_format_closes_what_is_open()
    {
        await AcceptAsync(Target(), 0, 2);
        await AcceptAsync(Target(null, BatchFormat.Ndjson, BatchCompression.None), 2, 4);

        Assert.That(Names().Select(name => name[^14..]), Is.EqualTo(new[] { "0002.ndjson.gz", "02.ndjson.part" }));
        Assert.That(Everything(), Is.EqualTo(Batches.Offsets(0, 4)));
    }

    [Test]
    public async Task The_oldest_files_go_when_there_are_more_than_are_kept()
    {
        await using var target = Target(options => (options.MaxAge, options.Keep.Files) = (TimeSpan.FromSeconds(1), 2));
        File.WriteAllText(_folder["telemetry-notes.txt"], "not ours");
        for (var offset = 0; offset < 6; offset++)
        {
            await AcceptAsync(target, offset, offset + 1);
            _clock.Advance(TimeSpan.FromSeconds(2));
            await Eventually.IsTrueAsync(() => !Names().Any(name => name.EndsWith(".part", StringComparison.Ordinal)), "the file to be closed");
        }

        Assert.That(Everything(), Is.EqualTo(new long[] { 4, 5 }));
        Assert.That(File.Exists(_folder["telemetry-notes.txt"]), Is.True);
    }

    [Test]
    public async Task A_folder_that_is_gone_is_waited_for_and_gone_on_with()
    {
        await using var target = Target(options => options.Folder = _folder["stick"]);
        var missing = await target.SendAsync(Batches.Of(0, 2), default);
        Directory.CreateDirectory(_folder["stick"]);
        await AcceptAsync(target, 0, 2);
        Directory.Move(_folder["stick"], _folder["pulled"]);
        var gone = await target.SendAsync(Batches.Of(2, 4), default);
        Directory.Move(_folder["pulled"], _folder["stick"]);
        await AcceptAsync(target, 2, 4);

        Assert.That((missing.Outcome, gone.Outcome), Is.EqualTo((DeliveryOutcome.Unreachable, DeliveryOutcome.Unreachable)));
        Assert.That(missing.Reason, Does.Contain("Make it (mkdir), or mount what it is on"));
        Assert.That(Unzipped(Directory.GetFiles(_folder["stick"]).Single()), Is.EqualTo(Batches.Offsets(0, 4)));
    }

    [Test]
    public async Task A_link_in_the_place_of_a_file_is_not_followed()
    {
        await AcceptAsync(Target(), 0, 2);
        var path = Files().Single();
        File.Move(path, _folder["elsewhere"]);
        var content = File.ReadAllBytes(_folder["elsewhere"]);
        File.CreateSymbolicLink(path, _folder["elsewhere"]);

        var delivery = await Target().SendAsync(Batches.Of(2, 4), default);

        Assert.That(delivery.Reason, Does.Contain("is a link, which Roost never made; remove it"));
        Assert.That(File.ReadAllBytes(_folder["elsewhere"]), Is.EqualTo(content));
    }

    [Test]
    public async Task Gzip_itself_reads_the_files_and_a_cut_one_up_to_its_last_whole_batch()
    {
        await using var target = Target();
        await AcceptAsync(target, 0, 3);
        var first = new FileInfo(Files().Single()).Length;
        await AcceptAsync(target, 3, 6);
        var whole = await GunzipAsync(Files().Single());
        var content = File.ReadAllBytes(Files().Single());
        File.WriteAllBytes(_folder["cut.gz"], content[..((int)first + 20)]);
        var cut = await GunzipAsync(_folder["cut.gz"]);

        Assert.That(whole, Has.Count.EqualTo(6));
        Assert.That(cut, Is.EqualTo(whole[..3]));
    }

    private FileTarget Target(Action<ExportFileOptions>? configure = null, BatchFormat format = BatchFormat.Ndjson, BatchCompression? compression = null)
    {
        var options = new ExportFileOptions { Folder = _folder.Path };
        configure?.Invoke(options);
        return new FileTarget(new ExportOptions { Stream = "telemetry", To = ExportTarget.File, File = options, Format = format, Compress = compression }, Mounts.Read, () => "gw", _clock, NullLogger.Instance);
    }

    private static async Task AcceptAsync(FileTarget target, long first, long next, string? text = null) =>
        Assert.That(await target.SendAsync(Batches.Of(first, next, text), default), Is.EqualTo(Delivery.Accepted));

    private string[] Files() => [.. Directory.GetFiles(_folder.Path, "telemetry-*-0*").Order(StringComparer.Ordinal)];

    private string[] Names() => [.. Files().Select(path => Path.GetFileName(path))];

    private List<long> Everything() => [.. Files().SelectMany(Unzipped)];

    private static List<long> Unzipped(string path) => path.Contains(".records", StringComparison.Ordinal) ? BinaryRecords.OffsetsIn(File.ReadAllBytes(path)) : Batches.OffsetsIn(File.ReadAllBytes(path));

    private static async Task<List<string>> GunzipAsync(string path)
    {
        using var gzip = Process.Start(new ProcessStartInfo("gzip", ["-cd", path]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaint = gzip.StandardError.ReadToEndAsync(); // "unexpected end of file" about the cut one
        var lines = (await gzip.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await complaint;
        await gzip.WaitForExitAsync();
        return [.. lines];
    }
}
