using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Roost.Shadow.Http;

/// <summary>Who shares one part of what there is for all: a user on the unix socket, an address elsewhere.</summary>
internal static class HttpPeer
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public static string Of(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is { } address)
        {
            return IPAddress.IsLoopback(address) ? "loopback" : address.ToString(); // a client on this machine has sixteen million of them
        }

        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { AddressFamily: AddressFamily.Unix } socket)
        {
            return "";
        }

        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        _ = socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return string.Create(CultureInfo.InvariantCulture, $"user {BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..])}");
    }
}
