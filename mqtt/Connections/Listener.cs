using Roost.Mqtt.Policies;

namespace Roost.Mqtt.Connections;

/// <summary>What holds for every connection of one listener, and how many there are. The loop's thread only, but for what is set at the start.</summary>
internal sealed class Listener(MqttListenerOptions options, MqttLimitsOptions limits)
{
    public MqttListenerOptions Options { get; } = options;

    /// <summary>The broker's, with the listener's own in their place.</summary>
    public MqttLimitsOptions Limits { get; } = options.Limits.Over(limits);

    /// <summary>By which authenticators know it.</summary>
    public string Name { get; } = $"{options.Address}:{options.Port}";

    public bool AllowsAnonymous { get; } = options.AllowsAnonymous;

    /// <summary>What anonymous clients may do; null: everything.</summary>
    public IClientPolicy? AnonymousPolicy { get; } = options.AnonymousPublish is null && options.AnonymousSubscribe is null
        ? null
        : new FilterPolicy(options.AnonymousPublish?.ToArray(), options.AnonymousSubscribe?.ToArray());

    /// <summary>Open connections, those without CONNECT included.</summary>
    public int ConnectionCount { get; set; }

    public bool IsFull => ConnectionCount >= Limits.MaxConnections;
}
