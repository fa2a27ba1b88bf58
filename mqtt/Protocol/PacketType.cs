namespace Roost.Mqtt.Protocol;

/// <summary>The high four bits of a packet's first byte (section 2.1.2).</summary>
internal enum PacketType : byte
{
    /// <summary>No packet. Stands for the properties of a will among the <see cref="PropertyRules"/>.</summary>
    None = 0,
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
    Auth = 15,
}
