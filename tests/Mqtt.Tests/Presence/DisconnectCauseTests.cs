using Roost.Mqtt.Presence;

namespace Roost.Mqtt.Tests.Presence;

public sealed class DisconnectCauseTests
{
    [TestCase(ReasonCode.MalformedPacket, "CLIENT_ERROR")]
    [TestCase(ReasonCode.PacketTooLarge, "CLIENT_ERROR")]
    [TestCase(ReasonCode.NotAuthorized, "AUTH_ERROR")]
    [TestCase(ReasonCode.Banned, "FORBIDDEN_ACCESS")]
    [TestCase(ReasonCode.ServerShuttingDown, "SERVER_INITIATED_DISCONNECT")]
    [TestCase(ReasonCode.MessageRateTooHigh, "THROTTLED")]
    [TestCase(ReasonCode.ImplementationSpecificError, "SERVER_ERROR")]
    public void Reason_codes_have_the_names_of_AWS(ReasonCode reasonCode, string cause) => Assert.That(DisconnectCause.Of(reasonCode), Is.EqualTo(cause));
}
