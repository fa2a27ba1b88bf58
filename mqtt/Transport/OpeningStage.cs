namespace Roost.Mqtt.Transport;

/// <summary>What a new connection has to go through before its bytes are MQTT, in this order; which of it depends on its listener.</summary>
internal enum OpeningStage
{
    /// <summary>The bytes are MQTT, or WebSocket frames with MQTT in them.</summary>
    Open,

    ProxyHeader,

    TlsHandshake,

    HttpUpgrade,

    /// <summary>The first bytes show whether the peer speaks MQTT at all.</summary>
    FirstBytes,
}
