namespace Roost.Mqtt.Protocol;

/// <summary>PINGREQ and PINGRESP (sections 3.12 and 3.13): a fixed header and nothing else.</summary>
internal static class Ping
{
    public static ReadOnlySpan<byte> Request => [(int)PacketType.PingReq << 4, 0];

    public static ReadOnlySpan<byte> Response => [(int)PacketType.PingResp << 4, 0];

    /// <returns>False when there is a body.</returns>
    public static bool TryRead(in PacketFrame frame, out PacketFault fault)
    {
        fault = frame.Body.IsEmpty ? default : PacketFault.Malformed("a ping has a body");
        return frame.Body.IsEmpty;
    }
}
