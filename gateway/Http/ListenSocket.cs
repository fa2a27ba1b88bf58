using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Roost.Gateway.Hosting;

namespace Roost.Gateway.Http;

/// <summary>Makes the sockets that Kestrel accepts on: a unix socket must never exist with wider access than it is to have.</summary>
internal static partial class ListenSocket
{
    /// <summary>Everything but reading and writing by owner and group: mode 0660.</summary>
    private const uint SocketUmask = 0x4F; // octal 117

    public static Socket Bind(EndPoint endPoint)
    {
        if (endPoint is not UnixDomainSocketEndPoint)
        {
            var tcp = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(endPoint);
            return tcp;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var before = SetUmask(SocketUmask); // of the whole process, but nothing else makes files while listeners open
        try
        {
            socket.Bind(endPoint);
        }
        finally
        {
            _ = SetUmask(before);
        }

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

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetUmask(uint mask);
}
