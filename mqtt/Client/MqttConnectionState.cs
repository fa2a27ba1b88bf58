namespace Roost.Mqtt.Client;

/// <summary>The life of a client: Disconnected, then Connecting and Connected in turn, Closed at last.</summary>
public enum MqttConnectionState
{
    /// <summary>Not started, or waiting before the next attempt.</summary>
    Disconnected,
    Connecting,
    Connected,

    /// <summary>Will not connect again.</summary>
    Closed,
}
