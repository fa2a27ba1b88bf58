using System.Net;

namespace Roost.Mqtt;

/// <summary>One address on which MQTT clients are accepted over plain TCP.</summary>
public sealed class MqttListenerOptions
{
    /// <summary>An IPv4 or IPv6 address, not a host name. Default 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>1 to 65,535, or 0 for any free one (reported by <see cref="MqttBroker.OpenListenersAsync"/>). Default 1883.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>Whether clients need no credentials. Null: only on a loopback address.</summary>
    public bool? Anonymous { get; set; }

    /// <summary>Where its clients are allowed more or less than those of other listeners.</summary>
    public MqttListenerLimitsOptions Limits { get; set; } = new();

    internal bool AllowsAnonymous => Anonymous ?? IPAddress.IsLoopback(IPAddress.Parse(Address));
}
