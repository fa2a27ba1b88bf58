using Roost.Gateway.Health;
using Roost.LocalLambda;

namespace Roost.Gateway.Tests.Health;

internal sealed class FunctionHealthTests
{
    private static readonly FunctionIsolation Sandbox = new("sandbox", "filtered", "control group", "control group", "control group", []);

    [TestCase(0, 0)]
    [TestCase(4, 4, Description = "somebody's try")]
    [TestCase(10, 5, Description = "half of them went well")]
    [TestCase(100_000, 50_000)]
    public void A_function_that_fails_a_few_times_or_seldom_is_well(int invocations, int errors) =>
        Assert.That(FunctionHealth.Judge([Function("f", invocations, errors)], Sandbox), Is.EqualTo(new RoomHealth("functions", RoomState.Up)));

    [TestCase(5, 5)]
    [TestCase(9, 5)]
    [TestCase(100_000, 50_001)]
    public void One_that_fails_more_often_than_not_is_named_with_its_figures(int invocations, int errors) =>
        Assert.That(FunctionHealth.Judge([Function("well", 1000, 3), Function("ill", invocations, errors)], Sandbox), Is.EqualTo(new RoomHealth(
            "functions", RoomState.Degraded, $"ill failed {errors} of {invocations} times in five minutes; 'roost fn show ill' has the last errors")));

    [Test]
    public void Of_several_the_first_is_named_and_the_others_are_counted() =>
        Assert.That(FunctionHealth.Judge([Function("a", 5, 5), Function("b", 6, 6), Function("c", 7, 7)], Sandbox).Reason, Does.StartWith("a failed 5 of 5 ").And.EndsWith(". So did 2 more"));

    [Test]
    public void One_that_cannot_run_comes_before_those_that_fail()
    {
        var health = FunctionHealth.Judge([Function("a", 5, 5), Function("b", 0, 0, "function.yaml, line 4: memory is 'much'") with { State = "failed" }], Sandbox);

        Assert.That(health, Is.EqualTo(new RoomHealth("functions", RoomState.Degraded, "1 of 2 cannot run. b: function.yaml, line 4: memory is 'much'")));
    }

    [Test]
    public void One_that_runs_on_with_the_version_before_is_not_said_to_be_down()
    {
        var health = FunctionHealth.Judge([Function("a", 5, 5), Function("b", 0, 0, "function.yaml, line 4: memory is 'much'")], Sandbox);

        Assert.That(health, Is.EqualTo(new RoomHealth(
            "functions", RoomState.Degraded, "1 of 2 run the version before, because of a fault in what is to replace it. b: function.yaml, line 4: memory is 'much'")));
    }

    [Test]
    public void One_whose_stream_does_not_exist_is_named_with_it() =>
        Assert.That(FunctionHealth.Judge([Function("a", 0, 0) with { MissingStreams = ["telemetri"] }], Sandbox).Reason, Does.StartWith("a is to have the records of stream telemetri, which does not exist"));

    [Test]
    public void Without_isolation_none_is_well()
    {
        var health = FunctionHealth.Judge([Function("f", 5, 0)], Sandbox with { Mode = "none" });

        Assert.That((health.State, health.Reason), Is.EqualTo((RoomState.Degraded, "they run without isolation, as functions.isolation says")));
        Assert.That(FunctionHealth.Judge([], isolation: null).State, Is.EqualTo(RoomState.Up), "nothing is known as yet");
    }

    private static FunctionStatus Function(string name, int invocations, int errors, params string[] faults) =>
        new(name, $"arn:aws:lambda:local:000000000000:function:{name}", "ready", faults, [], "python3.x", "main.handler", 1 << 27, TimeSpan.FromSeconds(3), Workers: 0, Busy: 0, Waiting: 0, Queued: 0)
        {
            RecentInvocations = invocations,
            RecentErrors = errors,
        };
}
