using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Roost.Gateway.Hosting;

namespace Roost.Gateway.Http;

/// <summary>Makes the sockets that Kestrel accepts on: a unix socket must never exist with wider access than it is to have.</summary>
internal static partial class ListenSocket
{
    // struct statx, the same on every architecture
    private const int StatxBytes = 256;
    private const int StatxModeOffset = 28;
    private const uint StatxType = 1;
    private const int AtCurrentFolder = -100;
    private const int AtNoFollow = 0x100;
    private const int FileTypeMask = 0xF000;
    private const int FileTypeSocket = 0xC000;

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
    /// <exception cref="StartRefusedException">Another process accepts connections on it, or it is no socket: that was not left by a daemon.</exception>
    public static void RemoveStale(string path)
    {
        Span<byte> status = stackalloc byte[StatxBytes];
        if (GetStatus(AtCurrentFolder, path, AtNoFollow, StatxType, status) != 0)
        {
            return; // nothing is there, or binding to it will tell what is wrong
        }

        if ((BitConverter.ToUInt16(status[StatxModeOffset..]) & FileTypeMask) != FileTypeSocket)
        {
            throw new StartRefusedException($"{path} is there already, and is no socket; remove it, or set another path with http.socket");
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

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, Span<byte> status);
}
