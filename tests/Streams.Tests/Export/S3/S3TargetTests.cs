using System.Security.Cryptography;
using System.Text.Json;
using Roost.Streams.Export.Formats;
using Roost.Streams.Export.Targets;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>Against a real store.</summary>
public sealed class S3TargetTests
{
    private TemporaryFolder _folder = null!;
    private ObjectStore _store = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _store = new ObjectStore(_folder.Path);
        await _store.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Batches_become_objects_that_read_back_in_order_whatever_order_they_were_sent_in()
    {
        await using var target = S3Exports.Target(_store.Options);

        var deliveries = await Task.WhenAll(new[] { 900, 0, 99_900, 1_000 }.Select(first => target.SendAsync(S3Exports.Batch(first, 100))));

        Assert.That(deliveries, Is.All.EqualTo(Delivery.Accepted));
        Assert.That(Offsets(await _store.ReadLinesAsync()), Is.EqualTo(new[] { 0, 900, 1_000, 99_900 }.SelectMany(first => Enumerable.Range(first, 100))));
    }

    [Test]
    public async Task A_batch_that_is_sent_again_overwrites_itself()
    {
        await using (var target = S3Exports.Target(_store.Options))
        {
            await target.SendAsync(S3Exports.Batch(0, 10));
            await target.SendAsync(S3Exports.Batch(10, 10));
        }

        await using var afterRestart = S3Exports.Target(_store.Options);
        Assert.That((await afterRestart.SendAsync(S3Exports.Batch(10, 10))).Outcome, Is.EqualTo(DeliveryOutcome.Accepted));
        Assert.That(Offsets(await _store.ReadLinesAsync()), Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task An_object_says_what_it_is_and_what_is_in_it()
    {
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { Prefix = "site-17/{stream}/{date}/" });

        await target.SendAsync(S3Exports.Batch(7, 3));

        var key = (await _store.ListAsync()).Single();
        var (_, about) = await _store.GetAsync(key);
        Assert.That(key, Is.EqualTo("site-17/telemetry/2026-11-20/telemetry.0123456789abcdef.00000000000000000007-00000000000000000010.ndjson.gz"));
        Assert.That(about.Headers.ContentType, Is.EqualTo("application/x-ndjson"));
        Assert.That(about.Headers.ContentEncoding, Is.EqualTo("gzip"));
        Assert.That(about.Metadata.Keys.Select(name => (name, about.Metadata[name])), Is.EquivalentTo(new[]
        {
            ("x-amz-meta-roost-stream", "telemetry"), ("x-amz-meta-roost-stream-id", S3Exports.StreamId), ("x-amz-meta-roost-first-offset", "7"),
            ("x-amz-meta-roost-next-offset", "10"), ("x-amz-meta-roost-records", "3"),
        }));
    }

    [Test]
    public async Task A_large_object_goes_in_parts_and_is_whole()
    {
        var batch = S3Exports.Batch(0, 12, bytes: 1024 * 1024);
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { PartSizeBytes = 5 * 1024 * 1024 }, BatchCompression.None);

        Assert.That((await target.SendAsync(batch)).Outcome, Is.EqualTo(DeliveryOutcome.Accepted));

        var (body, about) = await _store.GetAsync((await _store.ListAsync()).Single());
        Assert.That(SHA256.HashData(body), Is.EqualTo(SHA256.HashData(BatchEncoder.Encode(batch, BatchFormat.Ndjson, BatchCompression.None).Bytes.Span)));
        Assert.That(about.Metadata["roost-records"], Is.EqualTo("12"));
    }

    [Test]
    public async Task A_streams_name_with_a_dollar_makes_an_object_too()
    {
        await using var target = S3Exports.Target(_store.Options, stream: "$dead");

        await target.SendAsync(S3Exports.Batch(0, 1, stream: "$dead"));

        Assert.That(await _store.ListAsync(), Has.One.StartsWith("$dead/2026-11-20/$dead."));
    }

    [Test]
    public async Task An_unknown_access_key_is_told_with_what_to_correct()
    {
        var options = _store.Options;
        options.AccessKeyId = "nobody";
        await using var target = S3Exports.Target(options);

        var delivery = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("correct cloud.s3.access-key-id"));
    }

    [Test]
    public async Task A_bucket_that_is_not_there_is_told()
    {
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { Bucket = "no-such-bucket" });

        var delivery = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("make the bucket no-such-bucket"));
    }

    [Test]
    public async Task An_encrypted_object_is_read_by_the_example_in_the_documentation()
    {
        var key = _folder["export.key"];
        await File.WriteAllTextAsync(key, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { Encrypt = new ExportEncryptionOptions { KeyFile = key, KeyId = "2026" } });
        await target.SendAsync(S3Exports.Batch(0, 3000, bytes: 100));

        var (body, about) = await _store.GetAsync((await _store.ListAsync()).Single(key => key.EndsWith(".ndjson.gz.enc", StringComparison.Ordinal)));
        Assert.That((about.Metadata["roost-key-id"], about.Headers.ContentType, about.Headers.ContentEncoding), Is.EqualTo(("2026", "application/octet-stream", (string?)null)));

        var plain = await DocumentedProgram.RunAsync(_folder, "from cryptography", [key], body);
        Assert.That(Batches.OffsetsIn(plain), Is.EqualTo(Batches.Offsets(0, 3000)));
    }

    [Test]
    public async Task A_key_that_is_gone_holds_the_export_back()
    {
        var key = _folder["export.key"];
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { Encrypt = new ExportEncryptionOptions { KeyFile = key } });
        var without = await target.SendAsync(S3Exports.Batch(0, 1));

        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(32));
        var with = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That((without.Outcome, with.Outcome), Is.EqualTo((DeliveryOutcome.Denied, DeliveryOutcome.Accepted)));
        Assert.That(without.Reason, Does.Contain(key));
    }

    [Test]
    public async Task A_store_that_is_killed_while_it_is_sent_to_gets_the_batch_when_it_is_back()
    {
        await using var target = S3Exports.Target(_store.Options);
        await target.SendAsync(S3Exports.Batch(0, 10));
        await _store.FreezeAsync();
        var sending = target.SendAsync(S3Exports.Batch(10, 10));
        await _store.KillAsync();

        Assert.That((await sending).Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That((await target.SendAsync(S3Exports.Batch(10, 10))).Reason, Does.Contain("cannot be reached"));

        await _store.StartAsync();
        Assert.That((await target.SendAsync(S3Exports.Batch(10, 10))).Outcome, Is.EqualTo(DeliveryOutcome.Accepted));
        Assert.That(Offsets(await _store.ReadLinesAsync()), Is.EqualTo(Enumerable.Range(0, 20)));
    }

    [Test]
    public async Task A_store_that_says_nothing_is_given_up()
    {
        var options = _store.Options;
        options.Timeout = TimeSpan.FromSeconds(1);
        await using var target = S3Exports.Target(options);
        await _store.FreezeAsync();

        var delivery = await target.SendAsync(S3Exports.Batch(0, 10));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.Contain("silent for 1 s"));
    }

    [Test]
    public async Task A_stop_of_the_daemon_ends_a_sending()
    {
        await using var target = S3Exports.Target(_store.Options);
        await _store.FreezeAsync();
        using var stopping = new CancellationTokenSource();
        var sending = target.SendAsync(S3Exports.Batch(0, 10), stopping.Token).AsTask();

        await stopping.CancelAsync();

        Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
    }

    private static IEnumerable<int> Offsets(IEnumerable<string> lines) => lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("offset").GetInt32());
}
