using System.Net.Sockets;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Upstream;

/// <summary>Tells a server that closes the connection over something it was sent from one that is busy or leaves, and from a network that fails.</summary>
internal static class HangUp
{
    public static bool MayBeOverAMessage(MqttConnectionException end) => end.ReasonCode switch
    {
        null => SocketErrorOf(end) is null or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown,
        ReasonCode.UnspecifiedError or ReasonCode.ImplementationSpecificError or ReasonCode.MalformedPacket or ReasonCode.ProtocolError
            or ReasonCode.NotAuthorized or ReasonCode.TopicNameInvalid or ReasonCode.PacketTooLarge or ReasonCode.PayloadFormatInvalid => true,
        _ => false,
    };

    /// <returns>Null when the stream came to its end in order.</returns>
    private static SocketError? SocketErrorOf(Exception end)
    {
        for (var cause = end.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }
}
