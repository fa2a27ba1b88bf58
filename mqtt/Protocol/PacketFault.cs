namespace Roost.Mqtt.Protocol;

/// <summary>Why a packet was refused. <c>default</c> means that it was not.</summary>
/// <param name="ReasonCode">What an MQTT 5 peer is to be told in DISCONNECT or CONNACK (section 4.13).</param>
/// <param name="Detail">A constant sentence without any byte of the packet: fit for logs and for a Reason String.</param>
internal readonly record struct PacketFault(ReasonCode ReasonCode, string Detail)
{
    public static PacketFault Malformed(string detail) => new(ReasonCode.MalformedPacket, detail);

    public static PacketFault ProtocolError(string detail) => new(ReasonCode.ProtocolError, detail);

    /// <summary>A field ends after the packet.</summary>
    public static PacketFault Truncated => Malformed("a field is longer than the packet");
}
