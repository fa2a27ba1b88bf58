namespace Roost.Mqtt.Transport.WebSockets;

/// <summary>Why a WebSocket ends (RFC 6455 section 7.4.1).</summary>
internal enum CloseCode
{
    /// <summary>It does not.</summary>
    None = 0,

    Normal = 1000,
    ProtocolError = 1002,

    /// <summary>A text message [MQTT-6.0.0-1].</summary>
    UnsupportedData = 1003,

    InvalidText = 1007,
}
