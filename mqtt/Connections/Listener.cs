namespace Roost.Mqtt.Connections;

/// <summary>What holds for every connection of one listener, and how many there are. The loop's thread only, but for what is set at the start.</summary>
internal sealed class Listener(MqttListenerOptions options, MqttLimitsOptions limits)
{
    public MqttListenerOptions Options { get; } = options;

    /// <summary>The broker's, with the listener's own in their place.</summary>
    public MqttLimitsOptions Limits { get; } = options.Limits.Over(limits);

    public bool AllowsAnonymous { get; } = options.AllowsAnonymous;

    /// <summary>Open connections, those without CONNECT included.</summary>
    public int ConnectionCount { get; set; }

    public bool IsFull => ConnectionCount >= Limits.MaxConnections;
}
