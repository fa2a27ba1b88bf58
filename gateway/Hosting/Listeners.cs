using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Hosting;

/// <summary>The addresses that the daemon opens.</summary>
internal static class Listeners
{
    /// <summary>Tries all addresses before anything is opened.</summary>
    /// <exception cref="StartRefusedException">Names every address that cannot be opened, with what sets it.</exception>
    public static void Probe(RoostConfiguration configuration)
    {
        var mqtt = configuration.Get<MqttOptions>().Listeners.Select((listener, i) => listener.Socket is { } socket
            ? (Key: $"{MqttOptions.Section}:Listeners:{i}:Socket", Fault: PortProbe.FaultOf(socket, configuration.DataFolder))
            : (Key: $"{MqttOptions.Section}:Listeners:{i}:Port", Fault: PortProbe.FaultOf(new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port))));
        var http = configuration.Get<HttpOptions>().Listeners.Select((listener, i) =>
            (Key: $"{HttpOptions.Section}:Listeners:{i}:Port", Fault: PortProbe.FaultOf(new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port))));
        var faults = mqtt.Concat(http)
            .Select(listener => listener.Fault is { } fault ? configuration.Locate($"{listener.Key} {fault}").ToString() : null)
            .OfType<string>()
            .Concat(Clashes(configuration))
            .ToList();
        if (faults.Count > 0)
        {
            throw new StartRefusedException(string.Join("\nroostd: ", faults));
        }

        ListenSocket.RemoveStale(configuration.Get<HttpOptions>().Socket);
    }

    /// <summary>Addresses that MQTT and HTTP are both to open; a room's own validator sees only its own.</summary>
    private static IEnumerable<string> Clashes(RoostConfiguration configuration)
    {
        var mqtt = configuration.Get<MqttOptions>().Listeners;
        var http = configuration.Get<HttpOptions>();
        for (var i = 0; i < http.Listeners.Count; i++)
        {
            var listener = http.Listeners[i];
            if (listener.Port != 0 && mqtt.Any(other => other.Socket is null && other.Port == listener.Port && Overlap(other.Address, listener.Address)))
            {
                yield return configuration.Locate($"{HttpOptions.Section}:Listeners:{i}:Port is {listener.Port}, which an MQTT listener has too; choose another port").ToString();
            }
        }

        if (mqtt.Any(listener => listener.Socket == http.Socket))
        {
            yield return configuration.Locate($"{HttpOptions.Section}:Socket is {http.Socket}, which an MQTT listener has too; choose another path").ToString();
        }
    }

    private static bool Overlap(string one, string other) =>
        one == other || IPAddress.Parse(one) is var first && (first.Equals(IPAddress.Any) || first.Equals(IPAddress.IPv6Any));

    /// <summary>Protocol, address and name of each open listener, with the ports that the system chose; the command line's unix socket is not among them.</summary>
    public static IReadOnlyList<(string Protocol, string Address, string? Name)> Open(WebApplication app) =>
    [
        .. app.Services.GetRequiredService<ListenerHost>().Open.Select(listener => (listener.Protocol, listener.Address, listener.Name)),
        .. app.Urls.Select(url => new Uri(url)).Where(url => url.Host != "unix").Select(url => (url.Scheme, url.IsDefaultPort ? $"{url.Host}:{url.Port}" : url.Authority, (string?)null)),
    ];

    /// <summary>As in the ready line: <c>mqtt 127.0.0.1:1883 (robots), http 127.0.0.1:8088</c>.</summary>
    public static string Describe(WebApplication app) =>
        string.Join(", ", Open(app).Select(listener => $"{listener.Protocol} {listener.Address}{(listener.Name is { } name ? $" ({name})" : "")}"));
}
