using System.Net.Sockets;
using System.Text;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Support;

/// <summary>Stands in for systemd: receives what a service tells its manager.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="address">As in <c>NOTIFY_SOCKET</c>: a path, or <c>@</c> and an abstract name.</param>
    public NotifySocket(string address) => _socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? $"\0{address[1..]}" : address));

    public async Task<string> NextAsync()
    {
        var buffer = new byte[4096];
        var length = await Eventually.CompletesAsync(_socket.ReceiveAsync(buffer).WaitAsync(Eventually.Limit), "a datagram of the service");
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    public async Task<string> NextAsync(string containing)
    {
        while (true)
        {
            var message = await NextAsync();
            if (message.Contains(containing))
            {
                return message;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
