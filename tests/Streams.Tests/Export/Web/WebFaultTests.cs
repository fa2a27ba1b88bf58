using System.Net.Sockets;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;

namespace Roost.Streams.Tests.Export.Web;

public sealed class WebFaultTests
{
    [TestCase(SocketError.ConnectionRefused, "https://store:1 cannot be reached: ")]
    [TestCase(SocketError.NetworkUnreachable, "https://store:1 cannot be reached: ")]
    [TestCase(SocketError.HostNotFound, "The name in https://store:1 cannot be looked up: ")]
    [TestCase(SocketError.ConnectionReset, "The connection to https://store:1 ended before the answer: ")]
    public void What_the_socket_says_counts_where_the_client_says_nothing(SocketError error, string reason)
    {
        foreach (var exception in new Exception[] { new SocketException((int)error), new HttpRequestException("told nothing", new SocketException((int)error)), new IOException("it failed", new SocketException((int)error)) })
        {
            var delivery = WebFaults.ToDelivery(exception, "https://store:1", null);

            Assert.That(delivery.Outcome, Is.EqualTo(DeliveryOutcome.Unreachable));
            Assert.That(delivery.Reason, Does.StartWith(reason));
        }
    }
}
