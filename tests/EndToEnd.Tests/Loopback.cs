using System.Net;
using System.Net.Sockets;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

internal static class Loopback
{
    public static Task AcceptsAsync(int port, string who) => Eventually.IsTrueAsync(
        async () =>
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        $"{who} to listen on 127.0.0.1:{port}");
}
