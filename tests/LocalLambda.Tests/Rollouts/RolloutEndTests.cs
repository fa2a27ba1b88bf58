using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Tests.Rollouts;

/// <summary>What is decided when there are fewer invocations than a rule counts from.</summary>
internal sealed class RolloutEndTests
{
    private static readonly Rollout s_rollout = new()
    {
        Id = "r",
        Stable = "1",
        Canary = "2",
        Plan = new RolloutPlan { Steps = [0.5], StepTime = TimeSpan.FromSeconds(20), RollbackOn = ["errors>10%", "p95>500ms"] },
    };

    [TestCase(12, 12, 0)]
    [TestCase(1, 1, 0)]
    [TestCase(12, 2, 0)]
    [TestCase(12, 0, 3)]
    public void A_rule_that_few_invocations_break_leads_back_at_the_end_and_not_before(int invocations, int errors, int slow)
    {
        var figures = Figures(invocations, errors, slow);

        Assert.That(Judge(19, figures), Is.SameAs(s_rollout));
        var end = Judge(20, figures);

        Assert.That((end.State, end.EndedAt), Is.EqualTo((RolloutState.RolledBack, (DateTimeOffset?)DateTimeOffset.UnixEpoch)));
        Assert.That(end.Reason, Does.Contain($" of {invocations} invocations").And.Contain("its time is over, with fewer than the 20 invocations"));
    }

    [TestCase(12, 0)]
    [TestCase(12, 1)]
    [TestCase(0, 0)]
    public void Few_invocations_that_break_no_rule_are_promoted_at_the_end_and_the_reason_says_that_they_were_few(int invocations, int errors)
    {
        var end = Judge(20, Figures(invocations, errors, 0));

        Assert.That(end.State, Is.EqualTo(RolloutState.Promoted));
        Assert.That(end.Reason, Is.EqualTo($"no rule was broken in {invocations} invocations; its time is over, with fewer than the 20 invocations from which on its rules count before"));
    }

    [Test]
    public void With_enough_invocations_a_rule_counts_at_once_and_nothing_is_said_of_few()
    {
        Assert.That(Judge(1, Figures(20, 3, 0)).Reason, Is.EqualTo("errors>10%: 3 of 20 invocations failed (15%)"));
        Assert.That(Judge(20, Figures(20, 2, 0)).Reason, Is.EqualTo("no rule was broken in 20 invocations"));
    }

    private static Rollout Judge(int seconds, VersionFigures canary) => s_rollout.Judge(TimeSpan.FromSeconds(seconds), VersionFigures.None, canary, DateTimeOffset.UnixEpoch);

    private static VersionFigures Figures(int invocations, int errors, int slow) => new() { Invocations = invocations, Errors = errors, Slow = [0, slow], Durations = [invocations] };
}
