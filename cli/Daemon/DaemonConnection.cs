using System.Net.Sockets;

namespace Roost.Cli.Daemon;

/// <summary>Opens the socket, and turns the ways in which that fails into the line that tells an operator what to do.</summary>
internal static class DaemonConnection
{
    private const int LongestPath = 107; // bytes of sun_path in unix(7), without the closing zero

    /// <exception cref="DaemonException">No daemon answered at any of the places.</exception>
    public static async ValueTask<Stream> OpenAsync(DaemonAddress address, CancellationToken cancellationToken)
    {
        var tried = new List<string>();
        foreach (var path in address.Sockets)
        {
            if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath)
            {
                throw new DaemonException($"the path of the socket is longer than {LongestPath} bytes: {path}; go to a folder nearer by and give a relative --socket");
            }

            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                tried.Add(exception.SocketErrorCode switch
                {
                    SocketError.AccessDenied => throw Denied(path, exception),
                    SocketError.ConnectionRefused => $"{path} (nobody listens there)",
                    _ => $"{path} (not there)",
                });
                continue;
            }

            if (address.IsGuessed && SocketOwner.StrangerBehind(socket) is { } stranger)
            {
                socket.Dispose(); // nothing was sent yet
                throw new DaemonException($"{path} is of this folder, and {stranger} listens there, who is neither you nor root nor the installed daemon. If that is the daemon that you mean, name it with --socket {path}; else go to another folder");
            }

            return new NetworkStream(socket, ownsSocket: true);
        }

        var service = address.IsGuessed ? await ServiceState.AskAsync(cancellationToken) : null;
        throw new DaemonException($"the daemon is not running; tried {string.Join(", ", tried)}. {service ?? $"Start it with {address.StartCommand}, or name its socket with --socket"}");
    }

    public static async ValueTask<Stream> OpenAsync(DaemonAddress address, Uri url, System.Net.DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new DaemonException($"no daemon answers at {url}: {exception.Message}. Start it with {address.StartCommand}, or correct --url", exception);
        }
    }

    private static DaemonException Denied(string path, SocketException exception) => new(
        path == DaemonAddress.SystemSocket
            ? $"permission denied on {path}: only root and the group roost may use it. Run 'sudo usermod -aG roost $USER' and log in again, or use sudo"
            : $"permission denied on {path}: only root and the user and group that roostd runs as may use it. Join that group, or use sudo",
        exception);
}
