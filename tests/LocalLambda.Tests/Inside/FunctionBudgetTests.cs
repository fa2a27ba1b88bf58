using Roost.LocalLambda.Inside;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Inside;

internal sealed class FunctionBudgetTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void A_second_gives_as_many_requests_as_are_allowed_and_saves_none_up()
    {
        var budget = new FunctionBudget(requestsPerSecond: 10, maxBodyBytes: 1000, _clock);
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.That(Enumerable.Range(0, 100).Count(_ => Passes(budget)), Is.EqualTo(10));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.That(Enumerable.Range(0, 100).Count(_ => Passes(budget)), Is.EqualTo(5));
    }

    [Test]
    public void Requests_at_one_time_are_bounded()
    {
        var budget = new FunctionBudget(requestsPerSecond: 1000, maxBodyBytes: 1000, _clock);

        Assert.That(Enumerable.Range(0, 1000).Count(_ => budget.TryEnter(0) is null), Is.EqualTo(FunctionBudget.MaxRequests));
        Assert.That(budget.TryEnter(0), Does.StartWith("more than 64 requests at one time"));
        budget.Leave(0);
        Assert.That(budget.TryEnter(0), Is.Null);
    }

    [Test]
    public void Bodies_on_their_way_are_bounded_but_one_alone_always_may()
    {
        var budget = new FunctionBudget(requestsPerSecond: 1000, maxBodyBytes: 1000, _clock);

        Assert.That(budget.TryEnter(5000), Is.Null);
        Assert.That(budget.TryEnter(1), Does.Contain("functions.endpoint-body"));
        budget.Leave(5000);
        Assert.That(budget.TryEnter(600), Is.Null);
        Assert.That(budget.TryEnter(401), Is.Not.Null);
        Assert.That(budget.TryEnter(400), Is.Null);
    }

    private static bool Passes(FunctionBudget budget)
    {
        if (budget.TryEnter(0) is not null)
        {
            return false;
        }

        budget.Leave(0);
        return true;
    }
}
