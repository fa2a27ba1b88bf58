using Roost.Gateway.Http.Access;

namespace Roost.Gateway.Tests.Http;

public sealed class RequestGateTests
{
    [TestCase("/things/../api/v1/status")]
    [TestCase("/things/%2e%2e/api/v1/status")]
    [TestCase("/things/.%2E/api/v1/status")]
    [TestCase("/things/./a/shadow")]
    [TestCase("/things/a/shadow/..")]
    [TestCase("/topics/a/../b")]
    [TestCase("/topics/%2e%2e/api/v1/status")]
    [TestCase("//things/a/shadow")]
    [TestCase("/things//a/shadow")]
    [TestCase("/api/v1//status")]
    [TestCase("/api/v1/status//")]
    [TestCase("/things/a\\b/shadow")]
    [TestCase("/things/a%5Cb/shadow")]
    [TestCase("/things/a%5c..%5cb/shadow")]
    [TestCase("/things/a%00b/shadow")]
    [TestCase("/things/a%0ab/shadow")]
    [TestCase("/things/a%7Fb/shadow")]
    [TestCase("/topics/a\\b")]
    [TestCase("/fn/../api/v1/status")]
    [TestCase("/fn/f/../../api/v1/status")]
    [TestCase("/fn//f")]
    public void A_path_that_could_mean_two_things_is_refused(string path)
    {
        Assert.That(RequestGate.FaultOf(path, mustBeOrigin: false), Is.Not.Null);
        Assert.That(RequestGate.FaultOf($"{path}?a=b", mustBeOrigin: false), Is.Not.Null);
    }

    [TestCase("/")]
    [TestCase("/things/thing%3A1%20a/shadow?name=a%3Ab_%24-")]
    [TestCase("/api/v1/streams/telemetry/")]
    [TestCase("/topics/a%2Fb%20c%2F%24d?qos=1")]
    [TestCase("/topics/a/b")]
    [TestCase("/topics/a//b", Description = "a topic's level may be empty")]
    [TestCase("/topics/robots%2F..%2Fx", Description = "and may be called ..: no server resolves it")]
    [TestCase("/topics/100%25")]
    [TestCase("/retainedMessage/a%2Fb%20c")]
    [TestCase("/connections/c%2F1/subscriptions")]
    [TestCase("/2015-03-31/functions/arn%3Aaws%3Alambda%3Alocal%3A000000000000%3Afunction%3Aecho/invocations?Qualifier=%24LATEST")]
    [TestCase("/fn/f//a//b", Description = "a function's own paths are its own")]
    [TestCase("/things/a/shadow?path=/../x//y", Description = "a query is no path")]
    public void A_path_that_means_one_thing_passes(string path) => Assert.That(RequestGate.FaultOf(path, mustBeOrigin: true), Is.Null);

    [Test]
    public void A_path_longer_than_8_KiB_is_refused() => Assert.That(RequestGate.FaultOf($"/topics/{new string('a', 8192)}", mustBeOrigin: false), Does.Contain("longer"));

    [TestCase("http://roost/things/a/shadow")]
    [TestCase("*")]
    public void From_the_network_a_target_is_a_path(string target)
    {
        Assert.That(RequestGate.FaultOf(target, mustBeOrigin: true), Is.Not.Null);
        Assert.That(RequestGate.FaultOf(target, mustBeOrigin: false), Is.Null);
    }
}
