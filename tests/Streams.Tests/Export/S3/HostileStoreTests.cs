using System.Globalization;
using System.Text;
using Amazon;
using Microsoft.AspNetCore.Http;
using Roost.Streams.Export.Targets;
using Roost.Streams.Tests.Export.Web;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.S3;

[Parallelizable]
public sealed class HostileStoreTests
{
    private const int PartBytes = 5 * 1024 * 1024;

    private FakeStore _store = null!;

    [SetUp]
    public async Task StartAsync() => _store = await FakeStore.StartAsync();

    [TearDown]
    public async Task StopAsync()
    {
        AWSConfigs.ManualClockCorrection = null;
        await _store.DisposeAsync();
    }

    [Test]
    public async Task The_strictest_store_takes_small_and_large_objects()
    {
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { Prefix = "a b/{stream}/ü+{export}/" }, BatchCompression.None);

        var small = await target.SendAsync(S3Exports.Batch(0, 3));
        var large = await target.SendAsync(S3Exports.Batch(3, 6, bytes: 1024 * 1024));

        Assert.That((small, large), Is.EqualTo((Delivery.Accepted, Delivery.Accepted)));
        Assert.That(_store.Objects.Keys, Is.EquivalentTo(new[]
        {
            "a b/telemetry/ü+s3/telemetry.0123456789abcdef.00000000000000000000-00000000000000000003.ndjson",
            "a b/telemetry/ü+s3/telemetry.0123456789abcdef.00000000000000000003-00000000000000000009.ndjson",
        }));
        Assert.That(_store.Requests.Count(request => request.Contains("partNumber=", StringComparison.Ordinal)), Is.EqualTo(2), "8.4 MB in parts of 5 MiB");
        Assert.That(_store.Uploads, Is.Empty);
    }

    [Test]
    public async Task A_wrong_secret_is_told_and_not_shown()
    {
        var options = _store.Options;
        options.SecretAccessKey = "not the secret";
        await using var target = S3Exports.Target(options);

        var delivery = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("correct cloud.s3.secret-access-key-file").And.Not.Contain("not the secret"));
    }

    [Test]
    public async Task A_secret_that_is_corrected_in_its_file_counts_at_once()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["secret"], "wrong\n");
        var options = _store.Options;
        (options.SecretAccessKey, options.SecretAccessKeyFile) = (null, folder["secret"]);
        await using var target = S3Exports.Target(options);
        var before = await target.SendAsync(S3Exports.Batch(0, 1));

        await File.WriteAllTextAsync(folder["secret"], FakeStore.Secret + "\n");
        var after = await target.SendAsync(S3Exports.Batch(0, 1));
        File.Delete(folder["secret"]);
        var without = await target.SendAsync(S3Exports.Batch(1, 1));

        Assert.That((before.Outcome, after.Outcome, without.Outcome), Is.EqualTo((DeliveryOutcome.Denied, DeliveryOutcome.Accepted, DeliveryOutcome.Denied)));
        Assert.That(without.Reason, Does.StartWith("cloud.s3.secret-access-key-file ("));
    }

    [TestCase(503, "SlowDown", nameof(DeliveryOutcome.Busy))]
    [TestCase(500, "InternalError", nameof(DeliveryOutcome.Busy))]
    [TestCase(507, "XMinioStorageFull", nameof(DeliveryOutcome.Busy))]
    [TestCase(409, "OperationAborted", nameof(DeliveryOutcome.Busy))]
    [TestCase(429, "TooManyRequests", nameof(DeliveryOutcome.Busy))]
    [TestCase(400, "RequestTimeout", nameof(DeliveryOutcome.Unreachable))]
    [TestCase(400, "BadDigest", nameof(DeliveryOutcome.Unreachable))]
    [TestCase(504, "GatewayTimeout", nameof(DeliveryOutcome.Unreachable))]
    [TestCase(400, "EntityTooLarge", nameof(DeliveryOutcome.Refused))]
    [TestCase(413, "RequestEntityTooLarge", nameof(DeliveryOutcome.Refused))]
    [TestCase(403, "AccessDenied", nameof(DeliveryOutcome.Denied))]
    [TestCase(404, "NoSuchBucket", nameof(DeliveryOutcome.Denied))]
    [TestCase(400, "InvalidStorageClass", nameof(DeliveryOutcome.Denied))]
    [TestCase(400, "AuthorizationHeaderMalformed", nameof(DeliveryOutcome.Denied))]
    [TestCase(301, "PermanentRedirect", nameof(DeliveryOutcome.Denied))]
    [TestCase(501, "NotImplemented", nameof(DeliveryOutcome.Denied))]
    [TestCase(400, "SomethingNew", nameof(DeliveryOutcome.Denied))]
    public async Task An_answer_means_what_helps(int status, string code, string outcome)
    {
        _store.Before = context => FakeStore.AnswerAsync(context, status, code);
        await using var target = S3Exports.Target(_store.Options);

        var delivery = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That($"{delivery.Outcome}", Is.EqualTo(outcome), delivery.Reason);
        Assert.That(delivery.Reason, Does.Contain(code).And.Contain("bucket roost at 127.0.0.1"));
    }

    [Test]
    public async Task What_the_store_asks_to_wait_for_is_passed_on()
    {
        _store.Before = context => FakeStore.AnswerAsync(context, 503, "SlowDown", ("Retry-After", "7"));
        await using var target = S3Exports.Target(_store.Options);

        Assert.That((await target.SendAsync(S3Exports.Batch(0, 1))).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(7)));
        Assert.That(_store.Requests, Has.Count.EqualTo(1), "retried only by the export, with growing waits");
    }

    [Test]
    public async Task A_clock_that_is_wrong_is_corrected_by_the_stores()
    {
        var there = TimeProvider.System.GetUtcNow().AddYears(3);
        var within = there.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        _store.Before = context => context.Request.Headers["x-amz-date"].ToString().StartsWith(within, StringComparison.Ordinal)
            ? Task.FromResult(false)
            : FakeStore.AnswerAsync(context, 403, "RequestTimeTooSkewed", ("Date", there.ToString("R", CultureInfo.InvariantCulture)));
        await using var target = S3Exports.Target(_store.Options);

        Assert.That(await target.SendAsync(S3Exports.Batch(0, 1)), Is.EqualTo(Delivery.Accepted));
        var requests = _store.Requests.Count;
        Assert.That(await target.SendAsync(S3Exports.Batch(1, 1)), Is.EqualTo(Delivery.Accepted));
        Assert.That(_store.Requests, Has.Count.EqualTo(requests + 1), "the correction is kept");
    }

    [Test]
    public async Task A_clock_that_stays_wrong_is_told()
    {
        _store.Before = context => FakeStore.AnswerAsync(context, 403, "RequestTimeTooSkewed");
        await using var target = S3Exports.Target(_store.Options);

        var delivery = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Denied));
        Assert.That(delivery.Reason, Does.Contain("this machine's clock is wrong"));
    }

    [Test]
    public async Task A_success_with_an_error_in_it_is_none()
    {
        _store.Before = context => context.Request is { Method: "POST" } request && request.Query.ContainsKey("uploadId")
            ? FakeStore.AnswerAsync(context, 200, "InternalError")
            : Task.FromResult(false);
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { PartSizeBytes = PartBytes }, BatchCompression.None);

        var delivery = await target.SendAsync(S3Exports.Batch(0, 6, bytes: 1024 * 1024));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Busy));
        Assert.That(_store.Uploads, Is.Empty, "given up at once");
        Assert.That(_store.Objects, Is.Empty);
    }

    [Test]
    public async Task A_portal_that_says_yes_to_everything_is_no_store()
    {
        _store.Before = async context =>
        {
            await context.Response.WriteAsync("<html>Welcome to Hotel Example</html>");
            return true;
        };
        await using var target = S3Exports.Target(_store.Options);

        var delivery = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
        Assert.That(delivery.Reason, Does.Contain("portal"));
    }

    [Test]
    public async Task A_connection_that_ends_after_the_last_byte_leaves_one_object()
    {
        _store.After = context =>
        {
            context.Abort();
            return Task.FromResult(context.Request.Method == "PUT");
        };
        await using var target = S3Exports.Target(_store.Options);
        Assert.That((await target.SendAsync(S3Exports.Batch(0, 5))).Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));

        _store.After = _ => Task.FromResult(false);
        Assert.That((await target.SendAsync(S3Exports.Batch(0, 5))).Outcome, Is.EqualTo(DeliveryOutcome.Accepted));
        Assert.That(_store.Objects, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_answer_without_end_is_cut_off()
    {
        _store.Before = async context =>
        {
            context.Response.StatusCode = 500;
            var junk = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(junk);
            }

            return true;
        };
        await using var target = S3Exports.Target(_store.Options);

        Assert.That((await target.SendAsync(S3Exports.Batch(0, 1))).Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
    }

    [Test]
    public async Task Uploads_that_an_earlier_run_left_unfinished_are_given_up_and_no_others()
    {
        const string Own = "telemetry/2026-11-20/telemetry.0123456789abcdef.00000000000000000000-00000000000000000005.ndjson.gz";
        string[] others =
        [
            "telemetry/2026-11-20/telemetry.ffffffffffffffff.00000000000000000000-00000000000000000005.ndjson.gz",
            "telemetry/holidays.mp4",
            "video/telemetry.0123456789abcdef.00000000000000000000-00000000000000000005.ndjson.gz",
        ];
        foreach (var key in others.Prepend(Own))
        {
            _store.Uploads[$"upload-{_store.Uploads.Count}"] = (key, [], new HeaderDictionary());
        }

        await using var target = S3Exports.Target(_store.Options);
        await target.SendAsync(S3Exports.Batch(0, 5));
        await target.SendAsync(S3Exports.Batch(5, 5));

        Assert.That(_store.Uploads.Values.Select(upload => upload.Key), Is.EquivalentTo(others));
        Assert.That(_store.Requests.Count(request => request.StartsWith("GET", StringComparison.Ordinal)), Is.EqualTo(1), "looked for once");
    }

    [Test]
    public async Task A_key_that_may_not_list_uploads_may_put_objects()
    {
        _store.Before = context => context.Request.Method == "GET" ? FakeStore.AnswerAsync(context, 403, "AccessDenied") : Task.FromResult(false);
        await using var target = S3Exports.Target(_store.Options);

        Assert.That(await target.SendAsync(S3Exports.Batch(0, 1)), Is.EqualTo(Delivery.Accepted));
    }

    [Test]
    public async Task An_upload_that_fails_is_given_up_if_need_be_at_the_next_batch()
    {
        var broken = true;
        _store.Before = context => broken && context.Request.Query.ContainsKey("uploadId") ? FakeStore.AnswerAsync(context, 500, "InternalError") : Task.FromResult(false);
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { PartSizeBytes = PartBytes }, BatchCompression.None);
        await target.SendAsync(S3Exports.Batch(0, 6, bytes: 1024 * 1024));
        Assert.That(_store.Uploads, Has.Count.EqualTo(1), "could not be given up");

        broken = false;
        Assert.That(await target.SendAsync(S3Exports.Batch(0, 6, bytes: 1024 * 1024)), Is.EqualTo(Delivery.Accepted));
        Assert.That(_store.Uploads, Is.Empty);
    }

    [Test]
    public async Task A_repetition_that_retention_has_shortened_does_not_replace_what_has_arrived()
    {
        await using var target = S3Exports.Target(_store.Options, new ExportS3Options { Prefix = "{stream}/" });
        var whole = S3Exports.Batch(0, 10);
        await target.SendAsync(whole);
        var (arrived, _) = _store.Objects.Values.Single();
        _store.Before = async context =>
        {
            if (context.Request.Method != "HEAD")
            {
                return false;
            }

            context.Response.Headers["x-amz-meta-roost-records"] = _store.Objects.Values.Single().Headers["x-amz-meta-roost-records"];
            await context.Response.CompleteAsync();
            return true;
        };

        var delivery = await target.SendAsync(whole with { Records = [.. whole.Records.Skip(4)] });

        Assert.That(delivery, Is.EqualTo(Delivery.Accepted));
        Assert.That(_store.Objects.Values.Single().Body, Is.EqualTo(arrived));
    }

    [Test]
    public async Task A_batch_with_holes_that_is_not_there_yet_is_put()
    {
        _store.Before = context => context.Request.Method == "HEAD" ? FakeStore.AnswerAsync(context, 404, "NoSuchKey") : Task.FromResult(false);
        await using var target = S3Exports.Target(_store.Options);
        var whole = S3Exports.Batch(0, 10);

        await target.SendAsync(whole with { Records = [.. whole.Records.Skip(4)] });

        Assert.That(_store.Objects, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_store_behind_an_authority_of_ones_own_is_trusted_once_it_is_named()
    {
        using var folder = new TemporaryFolder();
        using var authority = new Authority(folder.Path, "ours");
        using var certificate = authority.Issue("127.0.0.1");
        await using var store = await FakeStore.StartAsync(certificate);
        var options = store.Options;
        await using var stranger = S3Exports.Target(options);
        var without = await stranger.SendAsync(S3Exports.Batch(0, 1));

        options.Ca = authority.File;
        await using var target = S3Exports.Target(options);
        var with = await target.SendAsync(S3Exports.Batch(0, 1));

        Assert.That((without.Outcome, with.Outcome), Is.EqualTo((DeliveryOutcome.Denied, DeliveryOutcome.Accepted)));
        Assert.That(without.Reason, Does.Contain("cloud.s3.ca"));
    }
}
