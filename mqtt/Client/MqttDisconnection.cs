namespace Roost.Mqtt.Client;

/// <summary>How to say goodbye. MQTT 3.1.1 has no words for it.</summary>
public sealed class MqttDisconnection
{
    /// <summary><see cref="ReasonCode.DisconnectWithWillMessage"/>: the server publishes the will.</summary>
    public ReasonCode ReasonCode { get; init; }

    /// <summary>Another Session Expiry Interval than CONNECT had; null: the same. It cannot begin here where CONNECT had none [MQTT-3.1.2-23].</summary>
    public TimeSpan? SessionExpiryInterval { get; init; }

    /// <summary>For people only.</summary>
    public string? ReasonString { get; init; }

    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
}
