using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Roost.Identity.Certificates;

/// <summary>What clients may call this machine: its host name, that name in mDNS, its addresses, and what was configured.</summary>
internal static class ServerNames
{
    private const int MostAddresses = 64; // of a machine with many containers; the first ones count

    /// <returns>The host name first, which is the certificate's subject; no name twice.</returns>
    public static IReadOnlyList<string> Find(IEnumerable<string> configured)
    {
        var host = Environment.MachineName.Trim().ToLowerInvariant();
        string[] hosts = Uri.CheckHostName(host) == UriHostNameType.Dns && host.All(char.IsAscii) ? [host, host.Split('.')[0] + ".local"] : [];
        return [.. hosts.Concat(["localhost"]).Concat(configured).Concat(Addresses()).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Those of interfaces that are up; link-local ones of IPv6 come and go and name an interface, and nobody types them.</summary>
    private static IEnumerable<string> Addresses()
    {
        IEnumerable<IPAddress> found;
        try
        {
            found = [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(static network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
                .Select(static address => address.Address)
                .Where(static address => address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !address.IsIPv6LinkLocal)];
        }
        catch (NetworkInformationException)
        {
            found = []; // a machine without a network has its loopback addresses
        }

        return found.Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Select(static address => address.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostAddresses);
    }
}
