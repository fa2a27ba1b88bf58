using Roost.LocalLambda.Output;
using Roost.LocalLambda.Workers;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Output;

internal sealed class RecentOutcomesTests
{
    private static readonly InvocationReport Success = new(InvocationOutcome.Success, TimeSpan.Zero, null, 0, null);
    private static readonly InvocationReport Failure = new(InvocationOutcome.Crashed, TimeSpan.Zero, null, 0, "Runtime.ExitError");
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void Five_minutes_are_counted_and_then_forgotten()
    {
        var outcomes = new RecentOutcomes(_clock);
        outcomes.Add("1", "$LATEST", Failure, "broke");
        _clock.Advance(TimeSpan.FromMinutes(4));
        outcomes.Add("2", "$LATEST", Success, null);

        Assert.That((outcomes.Read().Invocations, outcomes.Read().Errors), Is.EqualTo((2, 1)));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((outcomes.Read().Invocations, outcomes.Read().Errors), Is.EqualTo((1, 0)));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.That((outcomes.Read().Invocations, outcomes.Read().Errors), Is.EqualTo((0, 0)));
        Assert.That(outcomes.Read().Last.Single().Message, Is.EqualTo("broke"), "the last errors are told for as long as there are no others");
    }

    [Test]
    public void The_newest_five_errors_are_kept_and_long_messages_cut()
    {
        var outcomes = new RecentOutcomes(_clock);
        for (var i = 0; i < 9; i++)
        {
            outcomes.Add($"{i}", "7", Failure, new string('x', 1000));
        }

        Assert.That(outcomes.Read().Last.Select(error => error.RequestId), Is.EqualTo(new[] { "4", "5", "6", "7", "8" }));
        Assert.That(outcomes.Read().Last[0].Message, Has.Length.EqualTo(300));
    }
}
