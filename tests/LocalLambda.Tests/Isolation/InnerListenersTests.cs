using System.Net;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Isolation;

namespace Roost.LocalLambda.Tests.Isolation;

internal sealed class InnerListenersTests
{
    private static readonly IPEndPoint[] Daemon =
        [new(IPAddress.Loopback, 1883), new(IPAddress.IPv6Loopback, 1883), new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 1023), new(IPAddress.IPv6Loopback, 8088)];

    [Test]
    public void Those_with_a_port_of_their_own_come_first_so_that_no_other_gets_it() =>
        Assert.That(Names(IsolationMode.Required, FunctionNetwork.Loopback, "provided"), Is.EqualTo(["loopback:1883=", "loopback:8088=", "runtime=AWS_LAMBDA_RUNTIME_API", "endpoint=ROOST_ENDPOINT,AWS_ENDPOINT_URL_IOT_DATA_PLANE,AWS_ENDPOINT_URL_LAMBDA"]));

    [Test]
    public void Of_two_with_one_port_the_first_is_reached() =>
        Assert.That(Listeners(IsolationMode.Required, FunctionNetwork.Loopback, "python3.x").Select(listener => listener.Target), Is.EqualTo([Daemon[0], Daemon[4], null]));

    [TestCase(IsolationMode.Required, "None")]
    [TestCase(IsolationMode.Required, "Full")]
    [TestCase(IsolationMode.None, "Loopback", Description = "it is in the machine's network, where the port is taken by the daemon")]
    public void Others_have_none_of_the_daemons(IsolationMode isolation, string network) =>
        Assert.That(Listeners(isolation, Enum.Parse<FunctionNetwork>(network), "python3.x").Select(listener => listener.Name), Is.EqualTo(["endpoint"]));

    private static IEnumerable<string> Names(IsolationMode isolation, FunctionNetwork network, string runtime) => Listeners(isolation, network, runtime).Select(listener => listener.Argument);

    private static IReadOnlyList<InnerListener> Listeners(IsolationMode isolation, FunctionNetwork network, string runtime) =>
        new InnerListeners(isolation, Daemon).Of(new FunctionDefinition { Name = "f", Runtime = FunctionRuntime.TryParse(runtime)!, Handler = "main.handler", Network = network, Grants = [new Grant { Invoke = "other" }] });
}
