using System.Net;
using System.Net.Sockets;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Tries every address before anything is opened, so that an operator hears of all occupied ports at once and nothing is half started.
/// Somebody may still be quicker afterwards; then opening the listener fails, with a shorter message.
/// </summary>
internal static class PortProbe
{
    /// <returns>Null when the address is free, else a sentence without its end: what is wrong with it.</returns>
    public static string? FaultOf(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(1);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => PortOwner.Describe(address.Port) is { } owner ? $"{address} is in use by {owner}; stop it, or choose another port" : InUse(address),
                SocketError.AddressNotAvailable => $"{address} is no address of this machine; choose one that `ip address` lists",
                SocketError.AccessDenied => $"{address} may not be opened by this user; choose a port from 1024 on",
                _ => $"{address} cannot be opened ({exception.Message}); choose another address or port",
            };
        }
    }

    /// <summary>By a process that this user may not look at, a service as a rule. On a machine that had a broker before, the port is that of Debian's mosquitto.</summary>
    private static string InUse(IPEndPoint address) =>
        $"{address} is in use by a process of another user, which `sudo ss -ltnp 'sport = :{address.Port}'` shows; stop it{(address.Port is 1883 or 8883 ? " (mosquitto: sudo systemctl disable --now mosquitto)" : "")}, or choose another port";

    /// <returns>Null when nobody accepts connections on this unix socket: a file that a killed daemon has left is taken over.</returns>
    /// <param name="dataFolder">Folders within it are made; one elsewhere that is not there is a slip of the pen.</param>
    public static string? FaultOf(string socketPath, string dataFolder)
    {
        var folder = Path.GetDirectoryName(socketPath)!;
        if (!Directory.Exists(folder) && !socketPath.StartsWith($"{dataFolder}/", StringComparison.Ordinal))
        {
            return $"{socketPath} is in a folder that is not there; make {folder}, or choose another path";
        }

        if (!File.Exists(socketPath))
        {
            return null;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return $"{socketPath} is in use by another process; stop it, or choose another path";
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
