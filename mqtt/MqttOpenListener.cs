using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt;

/// <summary>A listener as it was opened.</summary>
/// <param name="Protocol"><c>mqtt</c>, <c>mqtts</c>, <c>ws</c> or <c>wss</c>.</param>
/// <param name="EndPoint">An <see cref="IPEndPoint"/> with the port that the system chose, or a <see cref="UnixDomainSocketEndPoint"/>.</param>
/// <param name="Path">Of a WebSocket listener, else empty.</param>
/// <param name="Name">Null: its owner gave it none.</param>
public sealed record MqttOpenListener(string Protocol, EndPoint EndPoint, string Path, string? Name = null)
{
    /// <summary>0 for a unix socket.</summary>
    public int Port => (EndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary><c>127.0.0.1:1883</c>, <c>[::]:8084/mqtt</c> or <c>unix:/run/roost/mqtt.sock</c>.</summary>
    public string Address => (EndPoint is UnixDomainSocketEndPoint ? $"unix:{EndPoint}" : $"{EndPoint}") + Path;

    public override string ToString() => $"{Protocol} {Address}";
}
