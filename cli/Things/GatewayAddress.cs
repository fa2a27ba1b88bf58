using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Things;

/// <summary>Where things and apps find the gateway: by its first address that others can reach, at its ports with TLS.</summary>
/// <param name="Port">For MQTT; null: no listener takes it with TLS.</param>
/// <param name="HttpsPort">Null: no listener.</param>
/// <param name="OtherHosts">What else its certificate is good for.</param>
internal sealed record GatewayAddress(string Host, int? Port, int? HttpsPort, IReadOnlyList<string> OtherHosts)
{
    private const int UsualPort = 8883;
    private const int UsualHttpsPort = 8443;

    public int PortOrUsual => Port ?? UsualPort;

    public int HttpsPortOrUsual => HttpsPort ?? UsualHttpsPort;

    public string Url => UrlOf(Host);

    /// <summary>As an address of HTTPS; IPv6 stands in brackets there.</summary>
    public string UrlOf(string host) => FormattableString.Invariant($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{HttpsPortOrUsual}");

    public static async Task<GatewayAddress> FindAsync(DaemonClient daemon, CancellationToken cancellationToken)
    {
        using var own = await daemon.GetJsonAsync("/api/v1/authorities/own", "gateway's names", cancellationToken);
        using var status = await daemon.GetJsonAsync("/api/v1/status", "status", cancellationToken);
        var names = own.RootElement.TryGetProperty("server", out var server) ? Listing.Of(server, "names").Select(JsonText.Cell).ToList() : [];
        var reachable = names.Where(static name => name != "localhost" && !(IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address))).ToList();
        var host = reachable.FirstOrDefault(static name => IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetwork) ?? reachable.FirstOrDefault() ?? "localhost";
        return new GatewayAddress(host, PortOf(status.RootElement, "mqtts"), PortOf(status.RootElement, "https"), [.. reachable.Where(name => name != host)]);
    }

    private static int? PortOf(JsonElement status, string protocol) => Listing.Of(status, "listeners")
        .Where(listener => JsonText.Cell(listener, "protocol") == protocol)
        .Select(static listener => IPEndPoint.TryParse(JsonText.Cell(listener, "address"), out var address) ? address.Port : (int?)null)
        .FirstOrDefault(static found => found is not null);
}
