using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace Roost.Tests.Support;

public static class Loopback
{
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="who">For the message when it does not listen.</param>
    /// <param name="process">Where it is given, its end fails the test at once with what it said.</param>
    /// <param name="limit">Default as of <see cref="Eventually"/>.</param>
    public static Task AcceptsAsync(int port, string who, RunningProcess? process = null, TimeSpan? limit = null) => Eventually.IsTrueAsync(
        async () =>
        {
            Assert.That(process?.HasExited, Is.Not.True, () => $"{who} ended: {string.Join('\n', process!.Output)} {process.Errors}");
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
        $"{who} to listen on 127.0.0.1:{port}",
        limit);
}
