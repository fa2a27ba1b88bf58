using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Tests.Rollouts;

internal sealed class RolloutPlanTests
{
    [TestCase("errors>1%", 100, 1, 0, false, Description = "exactly the share")]
    [TestCase("errors>1%", 100, 2, 0, true)]
    [TestCase(" errors > 0% ", 1000, 1, 0, true)]
    [TestCase("p95>500ms", 100, 0, 5, false, Description = "as many as may be slower")]
    [TestCase("p95>500ms", 100, 0, 6, true)]
    [TestCase("p99.9>2s", 100, 100, 1, true, Description = "errors are not what it is about")]
    public void A_rule_is_broken_beyond_its_limit(string text, int invocations, int errors, int slow, bool isBroken)
    {
        var figures = new VersionFigures { Invocations = invocations, Errors = errors, Durations = [invocations] };

        Assert.That(RolloutRule.TryParse(text)!.FaultOf(figures, slow), isBroken ? Does.StartWith(text) : Is.Null);
    }

    [TestCase("errors>100%")]
    [TestCase("errors>1")]
    [TestCase("errors<1%")]
    [TestCase("p0>1s")]
    [TestCase("p100>1s")]
    [TestCase("p95>0ms")]
    [TestCase("p95>16m")]
    [TestCase("p95>..s")]
    [TestCase("")]
    public void What_is_no_rule_is_refused(string text) => Assert.That(RolloutRule.TryParse(text), Is.Null);

    [TestCase("10%", "5m", "20", null)]
    [TestCase("10%,50%", "1s", "1", null)]
    [TestCase("0%", "5m", "20", "canary")]
    [TestCase("100%", "5m", "20", "canary")]
    [TestCase("0.1", "5m", "20", "canary")]
    [TestCase("50%,10%", "5m", "20", "canary")]
    [TestCase("10%", "5", "20", "for")]
    [TestCase("10%", "169h", "20", "for")]
    [TestCase("10%", "5m", "0", "min-invocations")]
    [TestCase("10%", "5m", "-1", "min-invocations")]
    public void A_faulty_plan_names_the_key(string canary, string time, string least, string? faultyKey)
    {
        List<string> keys = [];

        var plan = RolloutPlan.Parse(canary.Split(','), time, [], least, (key, _, _) => keys.Add(key));

        Assert.That(keys.Distinct(), faultyKey is null ? Is.Empty : Is.EqualTo(new[] { faultyKey }));
        Assert.That(plan, faultyKey is null ? Is.Not.Null : Is.Null);
    }

    [Test]
    public void A_percentile_is_at_most_a_bucket_above_what_was_timed()
    {
        foreach (var milliseconds in (double[])[0.01, 0.1, 1, 3, 480, 12_345, 900_000])
        {
            var durations = new int[VersionFigures.Buckets];
            durations[VersionFigures.BucketOf(TimeSpan.FromMilliseconds(milliseconds))] = 7;

            var percentile = new VersionFigures { Durations = durations }.Percentile(0.95).TotalMilliseconds;

            Assert.That(percentile, Is.InRange(milliseconds - 0.001, Math.Max(0.1, milliseconds) * 1.2), $"{milliseconds} ms");
        }
    }
}
