using System.Net;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Things;

/// <summary>Where things find the gateway: by its first address that others can reach, at its port for MQTT with TLS.</summary>
internal sealed record GatewayAddress(string Host, int? Port, IReadOnlyList<string> OtherHosts)
{
    private const int UsualPort = 8883;

    public int PortOrUsual => Port ?? UsualPort;

    public static async Task<GatewayAddress> FindAsync(DaemonClient daemon, CancellationToken cancellationToken)
    {
        using var own = await daemon.GetJsonAsync("/api/v1/authorities/own", "gateway's names", cancellationToken);
        using var status = await daemon.GetJsonAsync("/api/v1/status", "status", cancellationToken);
        var names = own.RootElement.TryGetProperty("server", out var server) ? Listing.Of(server, "names").Select(JsonText.Cell).ToList() : [];
        var reachable = names.Where(static name => name != "localhost" && !(IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address))).ToList();
        var host = reachable.FirstOrDefault(static name => IPAddress.TryParse(name, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) ?? reachable.FirstOrDefault() ?? "localhost";
        var port = Listing.Of(status.RootElement, "listeners")
            .Where(static listener => JsonText.Cell(listener, "protocol") == "mqtts")
            .Select(static listener => IPEndPoint.TryParse(JsonText.Cell(listener, "address"), out var address) ? address.Port : (int?)null)
            .FirstOrDefault(static found => found is not null);
        return new GatewayAddress(host, port, [.. reachable.Where(name => name != host)]);
    }
}
