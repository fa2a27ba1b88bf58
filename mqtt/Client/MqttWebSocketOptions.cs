namespace Roost.Mqtt.Client;

/// <summary>MQTT over WebSocket (section 6): binary frames, subprotocol <c>mqtt</c>.</summary>
public sealed class MqttWebSocketOptions
{
    /// <summary>Path of the request, with a query where the server wants one; it begins with <c>/</c>.</summary>
    public string Path { get; init; } = "/mqtt";

    /// <summary>Further headers of the request, such as <c>Authorization</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
