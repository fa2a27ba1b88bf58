namespace Roost.Mqtt.Protocol;

/// <summary>Who sent the packet that is read: a few rules differ by direction.</summary>
internal enum PacketSender
{
    Client,
    Server,
}
