using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>
/// Finds out whose a connection over the machine's own loopback interface is. A function with a network shares that interface with every other user of
/// the machine, who could otherwise take its events and answer them.
/// </summary>
internal static partial class LoopbackPeer
{
    /// <returns>True when the other end belongs to the daemon's user, as all functions do. False also when it has gone already.</returns>
    public static bool IsOwnUser(Socket socket) =>
        socket is { LocalEndPoint: IPEndPoint own, RemoteEndPoint: IPEndPoint peer } && UserOf(Hex(peer), Hex(own)) == EffectiveUser();

    private static uint? UserOf(string local, string remote)
    {
        // sl, local address, remote address, state, queues, timer, retransmits, user
        foreach (var line in File.ReadLines("/proc/net/tcp").Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 7 && fields[1] == local && fields[2] == remote)
            {
                return uint.Parse(fields[7], CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    /// <summary>As the kernel prints it: the address as a number in the machine's byte order, the port as it is read.</summary>
    private static string Hex(IPEndPoint endPoint) => $"{BitConverter.ToUInt32(endPoint.Address.GetAddressBytes()):X8}:{endPoint.Port:X4}";

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
