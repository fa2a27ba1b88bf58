using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Roost.Gateway.Hosting;

namespace Roost.Gateway.Http;

/// <summary>Makes the sockets that Kestrel accepts on: a unix socket must never exist with wider access than it is to have.</summary>
internal static partial class ListenSocket
{
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static Socket Bind(EndPoint endPoint)
    {
        if (endPoint is not UnixDomainSocketEndPoint)
        {
            var tcp = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(endPoint);
            return tcp;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        SetMode(socket); // Linux gives the file the mode of the socket that it is bound to, less the umask
        socket.Bind(endPoint);
        File.SetUnixFileMode(endPoint.ToString()!, SocketMode); // gives the group back what the umask took
        return socket;
    }

    /// <summary>Removes the socket file of a daemon that was killed. One that answers belongs to somebody, and stays.</summary>
    /// <exception cref="StartRefusedException">Another process accepts connections on it.</exception>
    public static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }

        throw new StartRefusedException($"{path} is in use by another process; stop it, or set another path with http.socket");
    }

    private static void SetMode(Socket socket)
    {
        if (ChangeMode((int)socket.Handle, (uint)SocketMode) != 0)
        {
            throw new StartRefusedException($"the mode of a unix socket cannot be set: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);
}
