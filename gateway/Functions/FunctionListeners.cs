using System.Net;
using Microsoft.Extensions.Options;
using Roost.Gateway.Http;
using Roost.LocalLambda;
using Roost.Mqtt;

namespace Roost.Gateway.Functions;

/// <summary>The plain listeners of MQTT, WebSocket and HTTP that the configuration opens on loopback, or on all addresses, which loopback is one of.</summary>
internal sealed class FunctionListeners(IOptions<MqttOptions> mqtt, IOptions<HttpOptions> http) : IFunctionListeners
{
    public IReadOnlyList<IPEndPoint> Loopback { get; } =
    [
        .. mqtt.Value.Listeners.Where(listener => listener is { Socket: null, Tls: null, ProxyProtocol: false }).Select(listener => (listener.Address, listener.Port))
            .Concat(http.Value.Listeners.Select(listener => (listener.Address, listener.Port)))
            .Select(listener => (Address: OnLoopback(IPAddress.Parse(listener.Address)), listener.Port))
            .Where(listener => listener.Address is not null)
            .Select(listener => new IPEndPoint(listener.Address!, listener.Port)),
    ];

    private static IPAddress? OnLoopback(IPAddress address) =>
        address.Equals(IPAddress.Any) ? IPAddress.Loopback
        : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
        : IPAddress.IsLoopback(address) ? address : null;
}
