using System.Net.Sockets;

namespace Roost.Gateway.Tests.Support;

internal static class UnixClient
{
    /// <summary>An HTTP client whose every connection goes to the unix socket.</summary>
    public static HttpClient Over(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
