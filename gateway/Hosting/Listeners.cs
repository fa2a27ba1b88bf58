using System.Net;
using Microsoft.AspNetCore.Builder;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;

namespace Roost.Gateway.Hosting;

/// <summary>The addresses that the daemon opens.</summary>
internal static class Listeners
{
    /// <summary>Tries all addresses before anything is opened.</summary>
    /// <exception cref="StartRefusedException">Names every address that cannot be opened, with what sets it.</exception>
    public static void Probe(RoostConfiguration configuration)
    {
        var http = configuration.Get<HttpOptions>();
        var faults = http.Listeners
            .Select((listener, i) => (Address: new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port), Key: $"{HttpOptions.Section}:Listeners:{i}:Port"))
            .Select(probe => PortProbe.FaultOf(probe.Address) is { } fault ? configuration.Locate($"{probe.Key} {fault}").ToString() : null)
            .OfType<string>()
            .ToList();
        if (faults.Count > 0)
        {
            throw new StartRefusedException(string.Join("\nroostd: ", faults));
        }

        ListenSocket.RemoveStale(http.Socket);
    }

    /// <summary>The addresses as they were opened, ports that the system chose included: <c>mqtt 127.0.0.1:1883, http 127.0.0.1:8088</c>.</summary>
    public static string Describe(WebApplication app) =>
        string.Join(", ", app.Urls.Where(url => url.StartsWith("http://", StringComparison.Ordinal) && !url.StartsWith("http://unix:", StringComparison.Ordinal)).Select(url => $"http {url["http://".Length..]}"));
}
