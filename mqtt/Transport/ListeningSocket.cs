using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Transport;

/// <summary>Sockets that are bound and listen. Any thread.</summary>
internal static class ListeningSocket
{
    /// <summary>Of a unix socket's file: its owner and group.</summary>
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const int Backlog = 4096;

    // A peer that lost power says nothing any more: after 60 s of silence it is asked, and given up 45 s later. Keep-alive of MQTT is
    // the client's choice, and it may choose none.
    private const int ProbeAfterSeconds = 60;
    private const int ProbeIntervalSeconds = 15;
    private const int Probes = 3;

    /// <exception cref="SocketException">The address is in use, not of this machine, or not permitted.</exception>
    public static Socket BindTcp(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Accepted sockets inherit all of it. Without NoDelay a small PUBLISH waits for the acknowledgement of the last.
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, ProbeAfterSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeIntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
            Listen(socket, new IPEndPoint(address, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes the place of a socket file that nobody listens on, which a daemon leaves when it is killed.</summary>
    /// <exception cref="SocketException">Somebody listens there, something else has that name, or it is not permitted.</exception>
    /// <exception cref="IOException">The folder cannot be made, or the old file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">As before.</exception>
    public static Socket BindUnix(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, FolderMode); // the group passes through it to the socket
        }

        if (Libc.IsSocketFile(path) && !IsServed(path))
        {
            File.Delete(path);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (!Libc.ChangeMode((int)socket.Handle, (int)SocketMode)) // Linux gives it to the file, less the umask: never more than it is to have
            {
                throw new SocketException(Libc.LastError);
            }

            Listen(socket, new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, SocketMode); // gives the group back what the umask took
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Listen(Socket socket, EndPoint endPoint)
    {
        socket.Blocking = false;
        socket.Bind(endPoint);
        socket.Listen(Backlog);
    }

    private static bool IsServed(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }
}
