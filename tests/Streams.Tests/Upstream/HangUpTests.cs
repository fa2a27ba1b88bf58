using System.Net.Sockets;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Streams.Upstream;

namespace Roost.Streams.Tests.Upstream;

public sealed class HangUpTests
{
    [TestCase(null, ExpectedResult = true, Description = "the end of the stream: all that 3.1.1 has")]
    [TestCase(ReasonCode.NotAuthorized, ExpectedResult = true)]
    [TestCase(ReasonCode.PacketTooLarge, ExpectedResult = true)]
    [TestCase(ReasonCode.SessionTakenOver, ExpectedResult = false)]
    [TestCase(ReasonCode.ServerShuttingDown, ExpectedResult = false)]
    [TestCase(ReasonCode.ServerBusy, ExpectedResult = false)]
    [TestCase(ReasonCode.KeepAliveTimeout, ExpectedResult = false, Description = "also the client's own finding that nothing comes any more")]
    public bool What_the_server_says_tells_whether_a_message_may_be_the_cause(ReasonCode? reasonCode) =>
        HangUp.MayBeOverAMessage(new MqttConnectionException("cloud:1883", reasonCode, "it ended"));

    [TestCase(SocketError.ConnectionReset, ExpectedResult = true)]
    [TestCase(SocketError.Shutdown, ExpectedResult = true)]
    [TestCase(SocketError.TimedOut, ExpectedResult = false)]
    [TestCase(SocketError.HostUnreachable, ExpectedResult = false)]
    [TestCase(SocketError.NetworkDown, ExpectedResult = false)]
    public bool A_network_that_fails_is_not_the_server(SocketError error) => HangUp.MayBeOverAMessage(
        new MqttConnectionException("cloud:1883", null, "it was lost", new IOException("read", new SocketException((int)error))));
}
