using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Roost.Streams.Export.Targets;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export;

/// <summary>What the engine does with a target that takes batches, whatever that is.</summary>
[Parallelizable]
public sealed class BatchExportTests
{
    private TemporaryFolder _folder = null!;
    private FakeTarget _target = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _target = new FakeTarget();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Batches_cover_the_stream_without_gap_or_overlap()
    {
        await using var host = await StartAsync();
        await host.AppendNumberedAsync("telemetry", 0, 105);
        await HasAllAsync(host, 105);

        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 105)));
        Assert.That(_target.Objects.Values.Select(batch => batch.Records.Count), Is.All.LessThanOrEqualTo(10));
        Assert.That(host.Export("telemetry"), Has.Property(nameof(ExportStatus.State)).EqualTo(ExportState.Idle).And.Property(nameof(ExportStatus.AcknowledgedRecords)).EqualTo(105));
    }

    [Test]
    public async Task After_a_stop_in_the_midst_the_same_batches_come_again_with_the_same_bounds()
    {
        _target.Answer = async (batch, stop) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop); // it has arrived, and nobody knows
            return Delivery.Accepted;
        };
        await using (var host = await StartAsync())
        {
            await host.AppendNumberedAsync("telemetry", 0, 25);
            await Eventually.IsTrueAsync(() => _target.Sent.Sum(batch => batch.Records.Count) == 25, "three batches under way");
            await host.AppendNumberedAsync("telemetry", 25, 100);
        }

        var bounds = _target.Sent.Select(batch => (batch.First, batch.Next)).Distinct().ToList();
        _target.Answer = (_, _) => ValueTask.FromResult(Delivery.Accepted);
        await using (var host = await StartAsync())
        {
            await HasAllAsync(host, 125);
        }

        Assert.That(_target.Objects.Keys, Is.SupersetOf(bounds), "and so overwrite what arrived before");
        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 125)));
    }

    [Test]
    public async Task A_target_that_is_away_is_asked_by_one_batch_at_a_time_and_gets_everything_once_it_is_back()
    {
        var away = true;
        var (asking, most) = (0, 0);
        _target.Answer = async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref asking));
            await Task.Yield();
            Interlocked.Decrement(ref asking);
            return away ? Delivery.Unreachable("Nobody is there.") : Delivery.Accepted;
        };
        await using var host = await StartAsync();
        await host.AppendNumberedAsync("telemetry", 0, 10);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").Fault == "Nobody is there.", "the fault to be told");
        await host.AppendNumberedAsync("telemetry", 10, 200);
        most = 0;
        var sent = _target.Sent.Count;
        await Eventually.IsTrueAsync(() => _target.Sent.Count >= sent + 5, "five more tries");
        Assert.That(most, Is.EqualTo(1));
        Assert.That(host.Export("telemetry").RetriedRecords, Is.GreaterThanOrEqualTo(50));

        away = false;
        await HasAllAsync(host, 210);
        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 210)));
        Assert.That(host.Export("telemetry").Fault, Is.Null);
    }

    [TestCase(PoisonPolicy.DeadLetter)]
    [TestCase(PoisonPolicy.Drop)]
    public async Task One_record_that_will_never_be_taken_is_found_and_the_others_of_its_batch_arrive(PoisonPolicy policy)
    {
        _target.Answer = (batch, _) => ValueTask.FromResult(
            batch.Records.Any(record => Some.NumberOf(record.Payload) == 17) ? Delivery.Refused("It is cursed.") : Delivery.Accepted);
        await using var host = await StartAsync(options => options.Refused = policy);
        await host.AppendNumberedAsync("telemetry", 0, 40);
        await HasAllAsync(host, 40);

        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 40).Where(number => number != 17)));
        var status = host.Export("telemetry");
        Assert.That((status.DeadRecords, status.DroppedRecords), Is.EqualTo(policy == PoisonPolicy.Drop ? (0L, 1L) : (1L, 0L)));
        if (policy == PoisonPolicy.DeadLetter)
        {
            Assert.That(host.Catalog.Get(StreamName.Dead).ReadAll(), Is.EqualTo(["17"]));
        }
    }

    [Test]
    public async Task A_target_that_refuses_everything_costs_no_more_than_twenty_records_and_the_rest_arrives_once_it_is_put_right()
    {
        var wrong = true;
        _target.Answer = (_, _) => ValueTask.FromResult(wrong ? Delivery.Refused("I never heard of you.") : Delivery.Accepted);
        await using var host = await StartAsync(options => options.MaxInflight = 1);
        await host.AppendNumberedAsync("telemetry", 0, 60);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").Fault?.Contains("20 records in a row were refused", StringComparison.Ordinal) == true, "the brake");

        wrong = false;
        await HasAllAsync(host, 60);
        Assert.That(host.Export("telemetry").DeadRecords, Is.EqualTo(20));
        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(20, 40)), "what was given up is in $dead");
    }

    [Test]
    public async Task A_stream_that_is_deleted_while_it_is_exported_ends_nothing_but_its_export_and_one_made_again_begins_anew()
    {
        _target.Answer = async (_, stop) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            return Delivery.Accepted;
        };
        await using var host = await StartAsync(options => options.Stream = "made-here");
        await Eventually.IsTrueAsync(() => host.Export("made-here").Fault?.Contains("made-here", StringComparison.Ordinal) == true, "the export to say that its stream is not there");
        using (var made = await host.Http.PutAsync("/api/v1/streams/made-here", new StringContent("{}", System.Text.Encoding.UTF8, "application/json")))
        {
            Assert.That(made.IsSuccessStatusCode, Is.True, await made.Content.ReadAsStringAsync());
        }

        await host.AppendNumberedAsync("made-here", 0, 25);
        await Eventually.IsTrueAsync(() => _target.Sent.Sum(batch => batch.Records.Count) == 25, "all to be under way");
        using (var deleted = await host.Http.DeleteAsync("/api/v1/streams/made-here?force=true"))
        {
            Assert.That(deleted.IsSuccessStatusCode, Is.True, await deleted.Content.ReadAsStringAsync());
        }

        var former = _target.Sent[0].StreamId;
        using (var made = await host.Http.PutAsync("/api/v1/streams/made-here", new StringContent("{}", System.Text.Encoding.UTF8, "application/json")))
        {
            Assert.That(made.IsSuccessStatusCode, Is.True, await made.Content.ReadAsStringAsync());
        }

        _target.Answer = (_, _) => ValueTask.FromResult(Delivery.Accepted);
        await host.AppendNumberedAsync("made-here", 100, 5);
        await Eventually.IsTrueAsync(() => !_target.Objects.IsEmpty && host.Export("made-here").LagRecords == 0, () => $"the new one's to be exported: {host.Export("made-here")}");
        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(100, 5)));
        Assert.That(_target.Objects.Values.Select(batch => batch.StreamId), Is.All.Not.EqualTo(former).And.All.Not.Empty);
    }

    [Test]
    public async Task A_refused_record_with_stop_holds_the_export_until_the_target_takes_it()
    {
        var cursed = true;
        _target.Answer = (batch, _) => ValueTask.FromResult(
            cursed && batch.Records.Any(record => Some.NumberOf(record.Payload) == 7) ? Delivery.Refused("It is cursed.") : Delivery.Accepted);
        await using var host = await StartAsync(options => (options.Refused, options.MaxInflight) = (PoisonPolicy.Stop, 1));
        await host.AppendNumberedAsync("telemetry", 0, 40);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").Fault?.Contains("record 7 is refused: It is cursed.", StringComparison.Ordinal) == true, "the fault to be told");
        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 7)));

        cursed = false;
        await HasAllAsync(host, 40);
        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 40)));
    }

    [Test]
    public async Task A_target_that_throws_what_nobody_expects_halts_the_export_and_it_tries_again()
    {
        var broken = true;
        _target.Answer = (_, _) => broken ? throw new NotSupportedException("a defect") : ValueTask.FromResult(Delivery.Accepted);
        await using var host = await StartAsync();
        await host.AppendNumberedAsync("telemetry", 0, 10);
        await Eventually.IsTrueAsync(() => host.Export("telemetry") is { State: ExportState.Failing, Fault: "a defect" }, "the fault to be told");

        broken = false;
        await HasAllAsync(host, 10);
    }

    [Test]
    public async Task A_pause_holds_over_a_restart_and_a_resume_sends_the_rest()
    {
        await using (var host = await StartAsync())
        {
            await host.AppendNumberedAsync("telemetry", 0, 10);
            await HasAllAsync(host, 10);
            using var paused = await host.Http.PostAsync("/api/v1/streams/telemetry/exports/file/pause", null);
            Assert.That(await paused.Content.ReadAsStringAsync(), Does.Contain("\"state\":\"paused\""));
        }

        await using (var host = await StartAsync())
        {
            await host.AppendNumberedAsync("telemetry", 10, 10);
            await Eventually.IsTrueAsync(() => host.Export("telemetry") is { State: ExportState.Paused, Fault: "paused by an operator", LagRecords: 10 }, "the export to wait");
            using var resumed = await host.Http.PostAsync("/api/v1/streams/telemetry/exports/file/resume", null);
            Assert.That(resumed.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            await HasAllAsync(host, 20);
            using var unknown = await host.Http.PostAsync("/api/v1/streams/telemetry/exports/nobody/pause", null);
            Assert.That((unknown.StatusCode, await unknown.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.NotFound, """{"message":"Stream 'telemetry' has no export 'nobody'; it has file."}""" + "\n")));
        }
    }

    [Test]
    public async Task A_pause_holds_a_batch_that_fails_too_and_shows()
    {
        _target.Answer = (_, _) => ValueTask.FromResult(Delivery.Unreachable("Nobody is there."));
        await using var host = await StartAsync();
        await host.AppendNumberedAsync("telemetry", 0, 10);
        await Eventually.IsTrueAsync(() => host.Export("telemetry").State == ExportState.Failing, "the export to fail");
        using var paused = await host.Http.PostAsync("/api/v1/streams/telemetry/exports/file/pause", null);
        await Eventually.IsTrueAsync(() => host.Export("telemetry") is { State: ExportState.Paused, Fault: "paused by an operator" }, () => $"the pause to show: {host.Export("telemetry")}");
        var sent = _target.Sent.Count;
        await host.AppendNumberedAsync("telemetry", 10, 10);
        Assert.That(() => _target.Sent.Count, Is.EqualTo(sent).After(200), "nothing more is tried");

        _target.Answer = (_, _) => ValueTask.FromResult(Delivery.Accepted);
        using var resumed = await host.Http.PostAsync("/api/v1/streams/telemetry/exports/file/resume", null);
        await HasAllAsync(host, 20);
    }

    [Test]
    public async Task What_retention_took_before_it_went_is_counted_and_the_rest_arrives()
    {
        var away = true;
        _target.Answer = (_, _) => ValueTask.FromResult(away ? Delivery.Unreachable("Nobody is there.") : Delivery.Accepted);
        await using var host = await StartAsync(stream: options => options.Retention.Records = 80);
        for (var first = 0; first < 400; first += 10)
        {
            await host.AppendNumberedAsync("telemetry", first, 10);
        }

        Assert.That(host.Catalog.Get(Some.Telemetry).FirstOffset, Is.GreaterThan(100));
        away = false;
        await HasAllAsync(host, 400);
        var arrived = _target.Numbers;
        var oldest = (int)host.Catalog.Get(Some.Telemetry).FirstOffset; // only now: retention may have freed more meanwhile
        Assert.That(arrived, Is.SupersetOf(Enumerable.Range(oldest, 400 - oldest)).And.Ordered.And.Unique);
        Assert.That(host.Export("telemetry").LostRecords, Is.EqualTo(400 - arrived.Count), "lost and arrived together are all");
    }

    [Test]
    public async Task A_batch_whose_bounds_stood_over_a_restart_and_whose_records_retention_took_is_counted_as_lost()
    {
        _target.Answer = (_, _) => ValueTask.FromResult(Delivery.Unreachable("Nobody is there."));
        await using (var host = await StartAsync(stream: options => options.Retention.Records = 80))
        {
            await host.AppendNumberedAsync("telemetry", 0, 10);
            await Eventually.IsTrueAsync(() => _target.Sent.Count > 0, "a batch to be sent");
        }

        await using (var host = await StartAsync(options => options.Paused = true, options => options.Retention.Records = 80))
        {
            for (var first = 10; first < 400; first += 10)
            {
                await host.AppendNumberedAsync("telemetry", first, 10);
            }
        }

        _target.Answer = (_, _) => ValueTask.FromResult(Delivery.Accepted);
        await using (var host = await StartAsync(stream: options => options.Retention.Records = 80))
        {
            await HasAllAsync(host, 400);
            Assert.That(host.Export("telemetry").LostRecords, Is.EqualTo(400 - _target.Numbers.Count));
        }
    }

    [Test]
    public async Task Records_older_than_the_export_wants_are_given_up_and_counted()
    {
        var clock = new ManualTimeProvider();
        await using (var host = await StartAsync(options => options.Paused = true, clock: clock))
        {
            await host.AppendNumberedAsync("telemetry", 0, 15);
            clock.Advance(TimeSpan.FromHours(2));
            await host.AppendNumberedAsync("telemetry", 15, 15);
        }

        await using (var host = await StartAsync(options => options.Retry.MaxAge = TimeSpan.FromHours(1), clock: clock))
        {
            await HasAllAsync(host, 30);
            Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(15, 15)));
            Assert.That(host.Export("telemetry").ExpiredRecords, Is.EqualTo(15));
        }
    }

    [TestCase(BacklogOrder.InOrder)]
    [TestCase(BacklogOrder.NewestFirst)]
    public async Task A_clock_that_jumps_neither_stops_nor_repeats_nor_disorders_an_export(BacklogOrder order)
    {
        var clock = new ManualTimeProvider();
        await using var host = await StartAsync(options => options.Backlog = order, clock: clock);
        var appended = 0;
        foreach (var year in new[] { 2026, 1970, 2040, 2026, 1999, 2026 })
        {
            clock.SetUtcNow(new DateTimeOffset(year, 6, 1, 0, 0, 0, TimeSpan.Zero));
            await host.AppendNumberedAsync("telemetry", appended, 15);
            appended += 15;
            await HasAllAsync(host, appended);
        }

        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, appended)));
        Assert.That(_target.Objects.OrderBy(pair => pair.Key.First).SelectMany(pair => pair.Value.Records).Select(record => record.Timestamp), Is.Ordered);
        Assert.That(host.Export("telemetry"), Has.Property(nameof(ExportStatus.RetriedRecords)).Zero.And.Property(nameof(ExportStatus.LostRecords)).Zero);
    }

    [TestCase(BacklogOrder.OldestFirst)]
    [TestCase(BacklogOrder.NewestFirst)]
    public async Task With_two_lanes_what_is_new_goes_before_a_backlog_and_the_backlog_from_its_end(BacklogOrder order)
    {
        await using (var host = await StartAsync(options => options.Paused = true))
        {
            await host.AppendNumberedAsync("telemetry", 0, 200);
        }

        using var go = new SemaphoreSlim(0);
        _target.Answer = async (_, stop) =>
        {
            await go.WaitAsync(stop);
            return Delivery.Accepted;
        };
        await using (var host = await StartAsync(options => (options.Backlog, options.MaxInflight) = (order, 1)))
        {
            await Eventually.IsTrueAsync(() => _target.Sent.Count == 1, "a first batch of the backlog");
            await host.AppendNumberedAsync("telemetry", 200, 10);
            go.Release(2);
            await Eventually.IsTrueAsync(() => _target.Sent.Count == 3, "two more batches");
            var first = _target.Sent.Take(3).Select(batch => batch.First).ToList();
            Assert.That(first, order == BacklogOrder.OldestFirst ? Is.EqualTo(new long[] { 0, 200, 10 }).Or.EqualTo(new long[] { 0, 10, 200 }) : Is.EqualTo(new long[] { 190, 200, 180 }).Or.EqualTo(new long[] { 190, 180, 200 }));
            go.Release(1);
            await Eventually.IsTrueAsync(() => _target.Sent.Count == 4, "one more batch");
        }

        Assert.That(_target.Objects.Keys.Select(bounds => bounds.First), Has.Member(200L), "new records went before the backlog was through");
        go.Release(1000);
        await using (var host = await StartAsync(options => options.Backlog = order))
        {
            await HasAllAsync(host, 210);
        }

        Assert.That(_target.Numbers, Is.EqualTo(Enumerable.Range(0, 210)), "each once, over a restart in the midst");
    }

    [Test]
    public async Task A_stream_that_refuses_when_full_takes_records_again_as_soon_as_they_have_gone()
    {
        await using var host = await StartAsync(stream: options => (options.Full, options.Retention.Bytes) = (Roost.Storage.Logs.LogFullPolicy.Reject, 64 * 1024));
        for (var round = 0; round < 20; round++)
        {
            var payload = new string('x', 8 * 1024);
            await Eventually.IsTrueAsync(
                async () =>
                {
                    try
                    {
                        await host.Catalog.Get(Some.Telemetry).AppendAsync(new NewRecord { Key = "k", Payload = System.Text.Encoding.ASCII.GetBytes(payload) });
                        return true;
                    }
                    catch (Roost.Storage.Logs.LogFullException)
                    {
                        return false;
                    }
                },
                "room for a record");
        }
    }

    private Task<StreamsHost> StartAsync(Action<ExportOptions>? export = null, Action<StreamOptions>? stream = null, TimeProvider? clock = null)
    {
        var options = new ExportOptions { Stream = "telemetry", To = ExportTarget.File };
        options.Retry.First = options.Retry.Max = TimeSpan.FromMilliseconds(20);
        export?.Invoke(options);
        return StreamsHost.StartAsync(
            _folder["data"],
            services =>
            {
                services.AddSingleton<IExportTargetFactory>(_target);
                if (clock is not null)
                {
                    services.AddSingleton(clock);
                }
            },
            streams =>
            {
                streams["telemetry"] = new StreamOptions();
                stream?.Invoke(streams["telemetry"]);
            },
            null,
            options);
    }

    private static Task HasAllAsync(StreamsHost host, long count) =>
        Eventually.IsTrueAsync(() => host.Export("telemetry") is { LagRecords: 0 } && host.Catalog.Get(Some.Telemetry).NextOffset == count, () => $"all to be exported: {host.Export("telemetry")}");
}
