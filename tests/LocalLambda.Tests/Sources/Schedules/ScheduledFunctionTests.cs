using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Sources.Schedules;

/// <summary>Schedules of real functions.</summary>
internal sealed class ScheduledFunctionTests : FunctionFixture
{
    [Test]
    public async Task A_function_is_called_by_its_schedule_and_once_for_all_runs_that_a_stop_made_it_miss()
    {
        var clock = new ManualTimeProvider();
        Python("tick", "def handler(event, context):\n    print(event['time'])", "triggers: [ { schedule: cron(0 12 * * ? *), timezone: Europe/Berlin } ]\n");
        await StartAsync(clock: clock);

        clock.Advance(TimeSpan.FromHours(11.5));
        await Eventually.IsTrueAsync(() => Log("tick").Contains("2026-01-01T11:00:00Z", StringComparison.Ordinal), "the run at noon");
        await StopAsync();
        clock.Advance(TimeSpan.FromDays(3));
        await StartAsync(clock: clock);

        await Eventually.IsTrueAsync(() => Log("tick").Contains("2026-01-04T11:00:00Z", StringComparison.Ordinal), "the run that was missed last");
        Assert.That(Log("tick"), Does.Not.Contain("2026-01-02T11").And.Not.Contain("2026-01-03T11"));
    }

    [Test]
    public async Task A_schedule_may_have_the_same_name_in_two_functions()
    {
        var clock = new ManualTimeProvider();
        const string Code = "def handler(event, context):\n    print(event['resources'][0])";
        Python("a", Code, "triggers: [ { schedule: rate(1 hour), name: hourly } ]\n");
        Python("b", Code, "triggers: [ { schedule: rate(1 hour), name: hourly } ]\n");
        await StartAsync(clock: clock);

        clock.Advance(TimeSpan.FromHours(1.1));

        await Eventually.IsTrueAsync(() => Log("a").Contains("rule/a-hourly") && Log("b").Contains("rule/b-hourly"), "both runs");
    }

    [Test]
    public async Task A_function_that_comes_back_after_it_was_removed_has_missed_nothing()
    {
        var clock = new ManualTimeProvider();
        const string Yaml = "triggers: [ { schedule: cron(0 12 * * ? *) } ]\n";
        Python("tick", "def handler(event, context):\n    print(event['time'])", Yaml);
        await StartAsync(clock: clock);
        Directory.Delete(Path.Combine(Folder["functions"], "tick"), recursive: true);
        await StopAsync();
        await StartAsync(clock: clock);
        await StopAsync();
        clock.Advance(TimeSpan.FromDays(3));
        Python("tick", "def handler(event, context):\n    print(event['time'])", Yaml);
        await StartAsync(clock: clock);
        clock.Advance(TimeSpan.FromHours(12.5));

        await Eventually.IsTrueAsync(() => Log("tick").Contains("2026-01-04T12:00:00Z", StringComparison.Ordinal), "the run that is due");
        Assert.That(Log("tick"), Does.Not.Contain("2026-01-03T12"));
    }
}
