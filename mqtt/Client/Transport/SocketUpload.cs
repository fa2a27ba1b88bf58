using System.Net.Sockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Reads <see cref="MqttUpload"/> from the kernel (<c>TCP_INFO</c>, tcp(7)).</summary>
internal static class SocketUpload
{
    private const int ProtocolTcp = 6;
    private const int TcpInfo = 11;

    // struct tcp_info of linux/tcp.h, which only grows at its end.
    private const int UnacknowledgedSegments = 24;
    private const int BytesAcknowledged = 120;
    private const int BytesNotSent = 144;
    private const int Length = 148;

    /// <returns>Nothing under way where the socket is none of TCP, or is closed.</returns>
    public static MqttUpload Read(Socket socket)
    {
        Span<byte> info = stackalloc byte[Length];
        info.Clear(); // an older kernel fills less of it
        try
        {
            socket.GetRawSocketOption(ProtocolTcp, TcpInfo, info);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return default;
        }

        return new MqttUpload(
            BitConverter.ToInt64(info[BytesAcknowledged..]),
            BitConverter.ToInt32(info[UnacknowledgedSegments..]) > 0 || BitConverter.ToInt32(info[BytesNotSent..]) > 0);
    }
}
