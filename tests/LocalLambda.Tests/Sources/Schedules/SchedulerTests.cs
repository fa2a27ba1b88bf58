using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Schedules;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Sources.Schedules;

/// <summary>When schedules run, over restarts, sleep and clocks that are set. The clock begins at 2026-01-01 00:00 UTC.</summary>
internal sealed class SchedulerTests
{
    private TemporaryFolder _folder = null!;
    private ManualTimeProvider _clock = null!;
    private RecordingInvoker _invoker = null!;
    private SourceStore _store = null!;
    private Scheduler _scheduler = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _clock = new ManualTimeProvider();
        _invoker = new RecordingInvoker();
        Start();
    }

    [TearDown]
    public async Task Close()
    {
        await StopAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_rate_runs_after_each_interval()
    {
        await AddAsync("rate(5 minutes)");

        await AdvanceAsync("00:04:59", runs: 0);
        await AdvanceAsync("00:00:02", runs: 1);
        await AdvanceAsync("00:05:00", runs: 2);

        Assert.That(Times(), Is.EqualTo(["2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z"]));
    }

    [Test]
    public async Task The_event_is_EventBridges_scheduled_event()
    {
        await AddAsync("cron(0 12 * * ? *)");
        await AdvanceAsync("12:00:01", runs: 1);

        var run = JsonDocument.Parse(_invoker.Payloads.Single()).RootElement;
        Assert.That(Guid.TryParse(run.GetProperty("id").GetString(), out _), Is.True);
        Assert.That(Encoding.UTF8.GetString(_invoker.Payloads.Single()), Is.EqualTo(
            $$$"""{"version":"0","id":"{{{run.GetProperty("id")}}}","detail-type":"Scheduled Event","source":"aws.events","account":"000000000000","time":"2026-01-01T12:00:00Z","region":"local","resources":["arn:aws:events:local:000000000000:rule/f-0"],"detail":{}}"""));
    }

    [Test]
    public async Task An_input_takes_the_place_of_the_event()
    {
        await AddAsync("rate(1 minute)", input: """{"mode":"night"}""");
        await AdvanceAsync("00:01:01", runs: 1);

        Assert.That(Encoding.UTF8.GetString(_invoker.Payloads.Single()), Is.EqualTo("""{"mode":"night"}"""));
    }

    [Test]
    public async Task At_runs_once_and_never_again()
    {
        await AddAsync("at(2026-01-01T18:00:00)");
        await AdvanceAsync("18:00:01", runs: 1);
        await RestartAsync();
        await AddAsync("at(2026-01-01T18:00:00)");
        await AdvanceAsync("365.00:00:00", runs: 1);

        Assert.That(Times(), Is.EqualTo(["2026-01-01T18:00:00Z"]));
    }

    [Test]
    public async Task What_was_over_when_it_was_first_seen_does_not_run()
    {
        await AddAsync("at(2025-12-24T18:00:00)");

        await AdvanceAsync("1.00:00:00", runs: 0);
    }

    [Test]
    public async Task A_schedule_goes_on_after_a_restart_where_it_was()
    {
        await AddAsync("rate(1 hour)");
        await AdvanceAsync("01:30:00", runs: 1);
        await RestartAsync();
        await AddAsync("rate(1 hour)");

        await AdvanceAsync("00:29:59", runs: 1);
        await AdvanceAsync("00:00:02", runs: 2);
    }

    [TestCase("cron(0 * * * ? *)")]
    [TestCase("rate(1 hour)")]
    public async Task Runs_missed_while_the_daemon_was_away_are_made_up_for_by_one(string schedule)
    {
        await AddAsync(schedule);
        await AdvanceAsync("01:00:01", runs: 1);
        await StopAsync();
        _clock.Advance(TimeSpan.FromHours(9.5));
        Start();
        await AddAsync(schedule);

        await RunsAsync(2);
        Assert.That(Times()[1], Is.EqualTo("2026-01-01T10:00:00Z"), "the last of those missed");
        await AdvanceAsync("00:29:58", runs: 2);
        await AdvanceAsync("00:00:03", runs: 3);
        Assert.That(Times()[2], Is.EqualTo("2026-01-01T11:00:00Z"));
    }

    [Test]
    public async Task Missed_runs_are_left_out_where_that_is_asked_for()
    {
        await AddAsync("cron(0 * * * ? *)", catchUp: CatchUp.None);
        await StopAsync();
        _clock.Advance(TimeSpan.FromHours(9.5));
        Start();
        await AddAsync("cron(0 * * * ? *)", catchUp: CatchUp.None);
        await AdvanceAsync("00:31:00", runs: 1);

        Assert.That(Times(), Is.EqualTo(["2026-01-01T10:00:00Z"]));
    }

    [Test]
    public async Task Another_expression_under_the_same_name_begins_anew()
    {
        await AddAsync("cron(0 * * * ? *)");
        await StopAsync();
        _clock.Advance(TimeSpan.FromHours(9.5));
        Start();
        await AddAsync("cron(30 * * * ? *)");

        await AdvanceAsync("00:59:00", runs: 0);
        await AdvanceAsync("00:02:00", runs: 1);
    }

    [Test]
    public async Task A_clock_that_is_set_forward_is_noticed_within_a_minute_and_what_it_jumped_over_runs_once()
    {
        await AddAsync("cron(0 * * * ? *)");
        await AdvanceAsync("00:30:00", runs: 0);

        _clock.SetUtcNow(At("2026-01-15T07:30:00Z"));
        await AdvanceAsync("00:01:01", runs: 1);

        Assert.That(Times(), Is.EqualTo(["2026-01-15T07:00:00Z"]));
        await AdvanceAsync("00:29:00", runs: 2);
        Assert.That(Times()[1], Is.EqualTo("2026-01-15T08:00:00Z"));
    }

    [Test]
    public async Task A_clock_that_is_set_back_a_little_repeats_no_run()
    {
        await AddAsync("cron(0 * * * ? *)");
        _clock.SetUtcNow(At("2026-01-01T05:00:00Z")); // as if the machine had slept
        await AdvanceAsync("00:01:01", runs: 1);
        await AdvanceAsync("00:59:00", runs: 2);

        _clock.SetUtcNow(At("2026-01-01T04:59:00Z"));
        await AdvanceAsync("02:00:30", runs: 2);
        await AdvanceAsync("00:01:00", runs: 3);

        Assert.That(Times(), Is.EqualTo(["2026-01-01T05:00:00Z", "2026-01-01T06:00:00Z", "2026-01-01T07:00:00Z"]));
    }

    [Test]
    public async Task A_rate_does_not_wait_longer_than_its_interval_for_a_clock_that_was_set_back()
    {
        await AddAsync("rate(10 minutes)");
        await AdvanceAsync("00:10:01", runs: 1);

        _clock.SetUtcNow(At("2025-12-31T22:00:00Z"));
        await AdvanceAsync("00:11:01", runs: 2);
    }

    [Test]
    public async Task A_clock_that_was_years_ahead_and_is_set_right_does_not_stop_a_schedule_for_years()
    {
        await AddAsync("cron(0 * * * ? *)");
        _clock.SetUtcNow(At("2038-01-01T00:30:00Z"));
        await AdvanceAsync("00:01:01", runs: 1);

        _clock.SetUtcNow(At("2026-01-01T00:40:00Z"));
        await AdvanceAsync("00:19:00", runs: 1);
        await AdvanceAsync("00:02:00", runs: 2);
        await RestartAsync();
        await AddAsync("cron(0 * * * ? *)");
        await AdvanceAsync("01:00:00", runs: 3);

        Assert.That(Times(), Is.EqualTo(["2038-01-01T00:00:00Z", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]));
    }

    [Test]
    public async Task A_machine_that_starts_with_an_old_clock_repeats_nothing_once_it_is_set()
    {
        await AddAsync("cron(0 12 * * ? *)");
        await AdvanceAsync("12:30:00", runs: 1);
        await StopAsync();
        _clock.SetUtcNow(At("2020-01-01T03:00:00Z"));
        Start();
        await AddAsync("cron(0 12 * * ? *)");
        await AdvanceAsync("00:05:00", runs: 1);

        _clock.SetUtcNow(At("2026-01-01T13:00:00Z"));
        await AdvanceAsync("00:05:00", runs: 1);
        await AdvanceAsync("23:00:00", runs: 2);

        Assert.That(Times()[1], Is.EqualTo("2026-01-02T12:00:00Z"));
    }

    [Test]
    public async Task A_run_that_finds_no_room_in_the_queue_is_tried_again()
    {
        _invoker.Refusals = 2;
        await AddAsync("cron(0 * * * ? *)");
        await AdvanceAsync("01:00:01", runs: 0);
        await Eventually.IsTrueAsync(() => _invoker.Refusals == 1, "the first refusal");
        await AdvanceAsync("00:00:11", runs: 0);
        await Eventually.IsTrueAsync(() => _invoker.Refusals == 0, "the second refusal");
        await AdvanceAsync("00:00:11", runs: 1);

        Assert.That(Times(), Is.EqualTo(["2026-01-01T01:00:00Z"]));
    }

    [Test]
    public async Task One_timer_serves_all_schedules()
    {
        for (var i = 1; i <= 50; i++)
        {
            await AddAsync($"rate({i + 1} minutes)", rule: $"f-{i}");
        }

        await AdvanceAsync("00:02:01", runs: 1);
        await AdvanceAsync("00:01:00", runs: 2);
        await AdvanceAsync("00:01:00", runs: 4); // the first one's second time
    }

    [Test]
    public async Task A_schedule_that_was_removed_does_not_run()
    {
        var entry = await AddAsync("rate(1 minute)");
        await _scheduler.RemoveAsync(entry);

        await AdvanceAsync("01:00:00", runs: 0);
    }

    private Task<ScheduleEntry> AddAsync(string schedule, CatchUp catchUp = CatchUp.Once, string? input = null, string rule = "f-0") =>
        _scheduler.AddAsync("f", rule, new ScheduleTrigger(schedule) { CatchUp = catchUp, Input = input });

    /// <summary>Moves the clock, waits for the runs that come of it, and that their times are kept.</summary>
    private async Task AdvanceAsync(string by, int runs)
    {
        _clock.Advance(TimeSpan.Parse(by, CultureInfo.InvariantCulture));
        await RunsAsync(runs);
    }

    private async Task RunsAsync(int runs)
    {
        await Eventually.IsTrueAsync(() => _invoker.Payloads.Count >= runs && _scheduler.IsIdle, $"{runs} runs");
        Assert.That(_invoker.Payloads, Has.Count.EqualTo(runs));
    }

    private string[] Times() => [.. _invoker.Payloads.Select(payload => JsonDocument.Parse(payload).RootElement.GetProperty("time").GetString()!)];

    private void Start()
    {
        _store = new SourceStore(_folder.Path, NullLogger.Instance);
        _scheduler = new Scheduler(_invoker, new ScheduleTable(_store), _clock, NullLogger.Instance);
    }

    private async Task StopAsync()
    {
        await _scheduler.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task RestartAsync()
    {
        await StopAsync();
        Start();
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
