using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Client.Transport;

/// <summary>From a name and a port to a TCP connection.</summary>
internal static class TcpDialer
{
    private const int ProtocolTcp = 6;
    private const int TcpUserTimeout = 18; // Linux: tcp(7)

    /// <param name="unacknowledged">How long the other end may leave bytes unacknowledged; zero: as long as the system lets it.</param>
    /// <exception cref="IOException">The name is not known, or none of its addresses answers.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, TimeSpan unacknowledged, TimeProvider clock, CancellationToken cancellationToken)
    {
        var addresses = HappyEyeballs.TakeTurns(await ResolveAsync(host, cancellationToken));
        return await new HappyEyeballs((address, cancelled) => ConnectAsync(new IPEndPoint(address, port), unacknowledged, cancelled), clock)
            .ConnectAsync(addresses, cancellationToken);
    }

    private static async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken) is { Length: > 0 } addresses
                ? addresses
                : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException exception)
        {
            throw new IOException($"the name {host} cannot be resolved ({exception.Message}): check its spelling, the network, and this machine's DNS (/etc/resolv.conf)", exception);
        }
        catch (OperationCanceledException exception)
        {
            throw new LookUpCanceledException(host, exception);
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address, TimeSpan unacknowledged, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (unacknowledged > TimeSpan.Zero)
            {
                socket.SetRawSocketOption(ProtocolTcp, TcpUserTimeout, BitConverter.GetBytes((int)unacknowledged.TotalMilliseconds));
            }

            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
