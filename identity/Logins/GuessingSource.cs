using System.Net;
using System.Net.Sockets;

namespace Roost.Identity.Logins;

/// <summary>How addresses are counted.</summary>
internal static class GuessingSource
{
    private const int NetworkBytes = 8;

    /// <summary>The address as it was used, IPv4 always as IPv4.</summary>
    public static string Exact(IPAddress source) => Plain(source).ToString();

    /// <summary>
    /// An IPv4 address as it is; of an IPv6 address its /64, in which one machine has as many addresses as it likes, unless all machines of a site share it (link-local and unique local
    /// addresses): there one would lock out the others, and the count by name holds against whoever changes his.
    /// </summary>
    public static string Network(IPAddress source)
    {
        var plain = Plain(source);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6 || plain.IsIPv6LinkLocal || plain.IsIPv6UniqueLocal)
        {
            return plain.ToString();
        }

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    private static IPAddress Plain(IPAddress source) => source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source;
}
