namespace Roost.LocalLambda.Tests;

internal sealed class FunctionTraceTests
{
    [Test]
    public void Sixteen_functions_in_a_chain_are_the_most()
    {
        string? trace = "3,7"; // two routes, which do not count here
        for (var passes = 0; passes < FunctionTrace.MaxPasses; passes++)
        {
            Assert.That(FunctionTrace.MayRun(trace), Is.True, trace);
            trace = FunctionTrace.Add(trace, passes % 2 == 0 ? "ping" : "pong");
        }

        Assert.That(trace, Does.StartWith("3,7,fn:ping,fn:pong"));
        Assert.That(FunctionTrace.MayRun(trace), Is.False);
    }

    [Test]
    public void An_event_that_no_function_caused_may_run() => Assert.That(FunctionTrace.MayRun(null), Is.True);
}
