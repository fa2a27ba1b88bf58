namespace Roost.Streams;

/// <summary>What a message that carries one record has as its payload.</summary>
public enum MqttEnvelope
{
    /// <summary>With MQTT 5 none, with 3.1.1 a line of JSON.</summary>
    Auto,

    /// <summary>The record's payload, unchanged.</summary>
    None,

    /// <summary>A line of JSON with stream, offset, time, key and payload, as in a batch.</summary>
    Json,
}
