using Roost.Mqtt;

namespace Roost.Streams.Tests.BadNetwork;

/// <summary>A PUBACK.</summary>
internal sealed record ContraryAnswer(ushort PacketIdentifier, ReasonCode Reason)
{
    public static ContraryAnswer Taken(ContraryMessage message) => new(message.PacketIdentifier, ReasonCode.Success);

    public static ContraryAnswer Refused(ContraryMessage message, ReasonCode reason) => new(message.PacketIdentifier, reason);
}
