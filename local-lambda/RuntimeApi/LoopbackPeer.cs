using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Roost.LocalLambda.Isolation;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>
/// Finds out whose a connection over the machine's own loopback interface is. A function with a network shares that interface with every other program of the
/// machine and with every other such function, which could otherwise take its events and answer them.
/// </summary>
internal static class LoopbackPeer
{
    private const int MaxProcesses = 4096;

    // sl, local address, remote address, state, queues, timer, retransmits, user, timeout, inode
    private const int InodeField = 9;

    /// <param name="root">The first process of a worker.</param>
    /// <returns>
    /// True when a process of the worker holds the other end. False also when nobody holds it any more, or a process that lets nobody look at its descriptors.
    /// </returns>
    public static bool IsOf(int root, Socket socket)
    {
        if (socket is not { LocalEndPoint: IPEndPoint own, RemoteEndPoint: IPEndPoint peer } || InodeOf(Hex(peer), Hex(own)) is not { } inode)
        {
            return false;
        }

        var link = $"socket:[{inode}]";
        return ProcessTree.Read(root, MaxProcesses).Exists(process => Holds(process, link));
    }

    /// <returns>Null for a socket that no descriptor refers to.</returns>
    private static string? InodeOf(string local, string remote)
    {
        // A client that speaks IPv6 wherever it can (Java does) has a socket of that family, with the same addresses behind a prefix.
        foreach (var (table, prefix) in new[] { ("/proc/net/tcp", ""), ("/proc/net/tcp6", "0000000000000000FFFF0000") })
        {
            if (!File.Exists(table))
            {
                continue; // a machine without IPv6
            }

            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > InodeField && fields[1] == prefix + local && fields[2] == prefix + remote)
                {
                    return fields[InodeField] == "0" ? null : fields[InodeField];
                }
            }
        }

        return null;
    }

    private static bool Holds(int process, string link)
    {
        try
        {
            return new DirectoryInfo($"/proc/{process}/fd").EnumerateFileSystemInfos().Any(descriptor => descriptor.LinkTarget == link);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended
        }
    }

    /// <summary>As the kernel prints it: the address as a number in the machine's byte order, the port as it is read.</summary>
    private static string Hex(IPEndPoint endPoint) => string.Create(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(endPoint.Address.GetAddressBytes()):X8}:{endPoint.Port:X4}");
}
