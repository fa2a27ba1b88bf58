using System.Text.Json;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Rollouts;

/// <summary>Rollouts of functions that run.</summary>
internal sealed class RolloutTests : FunctionFixture
{
    private const string Code = """
        import os, time
        def handler(event, context):
            version = os.environ['V1']
            if version == 'bad':
                raise Exception('bad')
            if version == 'slow':
                time.sleep(0.05)
            return version
        """;

    private readonly JumpingClock _clock = new();

    [Test]
    public async Task Calls_are_divided_and_those_with_a_qualifier_are_not()
    {
        await StartWithAsync("a");
        await DeployAsync("b", Plan(0.5));

        Dictionary<string, int> seen = [];
        for (var i = 0; i < 60; i++)
        {
            var answer = await AnswerAsync("f");
            seen[answer] = seen.GetValueOrDefault(answer) + 1;
        }

        Assert.That(seen.Keys, Is.EquivalentTo(new[] { "\"a\"", "\"b\"" }), "1 in 2^59 of chance");
        Assert.That(await AnswerAsync("f", context: new InvocationContext { Qualifier = "$LATEST" }), Is.EqualTo("\"b\""));
        Assert.That(await AnswerAsync("f", context: new InvocationContext { Qualifier = "1" }), Is.EqualTo("\"a\""));
    }

    [Test]
    public async Task A_version_that_fails_is_rolled_back_and_the_operator_is_told()
    {
        await StartWithAsync("a");
        await DeployAsync("bad", Plan(0.5));

        await InvokeUntilEndedAsync();

        var rollout = Record().Rollout!;
        Assert.That((rollout.State, rollout.Reason), Is.EqualTo((RolloutState.RolledBack, rollout.Reason)).And.Not.Null);
        Assert.That(rollout.Reason, Does.Contain("errors>10%").And.Contain("invocations failed"));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("\"a\""));
        Assert.That(Host.Functions.Single().Notes, Has.One.Contains("rolled back to version 1"));
        await Eventually.IsTrueAsync(
            () => Broker.Published.Where(message => message.Topic.Value == "$roost/functions/f/rollout").Select(message => JsonDocument.Parse(message.Payload).RootElement.GetProperty("state").GetString())
                .SequenceEqual(["in-progress", "rolled-back"]),
            "the messages");
    }

    [Test]
    public async Task A_version_that_is_slow_is_rolled_back()
    {
        await StartWithAsync("a");
        await DeployAsync("slow", Plan(0.5) with { RollbackOn = ["p50>25ms"] });

        await InvokeUntilEndedAsync();

        Assert.That((Record().Rollout!.State, Record().Rollout!.Reason), Is.EqualTo((RolloutState.RolledBack, Record().Rollout!.Reason)));
        Assert.That(Record().Rollout!.Reason, Does.Contain("took longer"));
    }

    [Test]
    public async Task A_version_without_fault_is_promoted_when_its_time_is_over_and_not_because_a_clock_was_set()
    {
        await StartWithAsync("a", _clock);
        await DeployAsync("b", Plan(0.1) with { Steps = [0.1, 0.5], StepTime = TimeSpan.FromSeconds(30) });

        _clock.Set = TimeSpan.FromDays(20_000);
        await BeatsUntilAsync(() => Figures() is { Elapsed.TotalSeconds: > 10 });
        Assert.That(Record().Rollout, Has.Property("IsInProgress").True.And.Property("Step").Zero, "after a jump ahead");
        _clock.Set = -TimeSpan.FromDays(10_000);
        await BeatsUntilAsync(() => Record().Rollout!.Step == 1);
        Assert.That(Record().Rollout!.IsInProgress, "after a jump back");

        await BeatsUntilAsync(() => !Record().Rollout!.IsInProgress);

        Assert.That(Record().Rollout!.State, Is.EqualTo(RolloutState.Promoted));
        Assert.That(Record().Rollout!.Elapsed, Is.EqualTo(TimeSpan.FromSeconds(60)).Within(TimeSpan.FromSeconds(6)));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("\"b\""));
    }

    [Test]
    public async Task A_rollout_goes_on_after_a_restart_with_the_time_and_the_figures_that_it_had()
    {
        await StartWithAsync("a", _clock);
        await DeployAsync("b", Plan(0.5) with { StepTime = TimeSpan.FromHours(1) });
        for (var i = 0; i < 10; i++)
        {
            await AnswerAsync("f");
        }

        await BeatsUntilAsync(() => Record().Rollout!.Elapsed > TimeSpan.Zero);
        var before = Record().Rollout!;

        await StopAsync();
        _clock.Advance(TimeSpan.FromDays(1)); // nobody served meanwhile: it does not count
        await StartAsync(clock: _clock);

        Assert.That(Record().Rollout!.IsInProgress);
        Assert.That(before.StableFigures.Invocations + before.CanaryFigures.Invocations, Is.EqualTo(10));
        await BeatsUntilAsync(() => Figures() is { } figures && figures.Elapsed > before.Elapsed);
        Assert.That(Figures()!.Elapsed, Is.LessThan(TimeSpan.FromMinutes(30)));
        Assert.That(Figures()!.Read().Canary.Invocations, Is.EqualTo(before.CanaryFigures.Invocations));
    }

    [Test]
    public async Task A_folder_may_ask_for_a_canary_and_what_was_rolled_back_is_not_deployed_again_until_it_changes()
    {
        const string Yaml = "rollout: { canary: 50%, for: 1h, rollback-on: [ errors>10% ], min-invocations: 3 }\n";
        Python("f", "def handler(event, context):\n    return 1", Yaml);
        await StartAsync();
        Python("f", "def handler(event, context):\n    raise Exception('bad')", Yaml);
        await Eventually.IsTrueAsync(() => Record().Rollout is { IsInProgress: true }, "the rollout");
        await InvokeUntilEndedAsync();
        var refused = Record();

        await StopAsync();
        await StartAsync();

        Assert.That(Record().Latest.CodeSha256, Is.EqualTo(refused.Latest.CodeSha256));
        Assert.That(Record().Rollout!.State, Is.EqualTo(RolloutState.RolledBack));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));

        Python("f", "def handler(event, context):\n    return 333", Yaml);
        await Eventually.IsTrueAsync(() => Record().Rollout is { IsInProgress: true, Stable: "1", Canary: "3" }, "the next rollout");
    }

    [Test]
    public async Task Twenty_deployments_under_load_fail_no_call_and_no_caller_sees_an_older_version_again()
    {
        await StartWithAsync("0");
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            List<int> seen = [];
            while (!stop.IsCancellationRequested)
            {
                seen.Add(int.Parse((await AnswerAsync("f")).Trim('"')));
            }

            return seen;
        })).ToList();

        for (var i = 1; i <= 20; i++)
        {
            await DeployAsync($"{i}", null);
            Assert.That(await AnswerAsync("f"), Is.EqualTo($"\"{i}\""));
        }

        await stop.CancelAsync();
        foreach (var seen in await Task.WhenAll(callers))
        {
            Assert.That(seen, Is.Ordered.And.Not.Empty);
        }

        Assert.That(Record().Versions, Has.Count.EqualTo(Deployments.KeptVersions + 1), "those kept, and the one to go back to");
    }

    [Test]
    public async Task Pinned_workers_stand_where_calls_go()
    {
        Python("f", Code, "pinned: 1\nenvironment: { V1: a }\n");
        await StartAsync();
        await Eventually.IsTrueAsync(() => Host.Functions.Single().Workers == 1, "the pinned worker");

        await DeployAsync("b", Plan(0.5));

        await Eventually.IsTrueAsync(() => Host.Functions.Single().Workers == 2, "one for each of the two versions");
        await Host.ChangeAsync("f", record => record!.Promote(DateTimeOffset.UnixEpoch));
        await Eventually.IsTrueAsync(() => Host.Functions.Single().Workers == 1, "one again");
    }

    private static RolloutPlan Plan(double share) => new() { Steps = [share], StepTime = TimeSpan.FromHours(1), RollbackOn = ["errors>10%"], LeastInvocations = 3 };

    private FunctionRecord Record() => Host.TryFind("f", out var function) ? function.Record! : throw new FunctionNotFoundException("f");

    private RolloutFigures? Figures() => Host.TryFind("f", out var function) ? function.Figures : null;

    private async Task StartWithAsync(string version, TimeProvider? clock = null)
    {
        Python("f", Code, $"environment: {{ V1: \"{version}\" }}\n");
        await StartAsync(clock: clock);
    }

    private Task DeployAsync(string version, RolloutPlan? plan) => Host.ChangeAsync("f", record => record is null
        ? throw new FunctionNotFoundException("f")
        : record.Deploy(record.Latest with { Environment = new Dictionary<string, string> { ["V1"] = version }, RevisionId = FunctionRecord.NewRevision() }, plan, keepsBefore: true, DateTimeOffset.UnixEpoch));

    private Task InvokeUntilEndedAsync() => Eventually.IsTrueAsync(
        async () =>
        {
            await InvokeAsync("f");
            return !Record().Rollout!.IsInProgress;
        },
        "the end of the rollout");

    private Task BeatsUntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(
        () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        },
        "the rollout to come to it");
}
