using System.Net.Security;

namespace Roost.Mqtt.Client;

/// <summary>Where and how an <see cref="MqttClient"/> connects.</summary>
public sealed class MqttClientOptions
{
    /// <summary>Name or address.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 1883;

    public MqttProtocolVersion ProtocolVersion { get; init; } = MqttProtocolVersion.V500;

    /// <summary>Empty: the server assigns one, which is kept over reconnects.</summary>
    public string ClientIdentifier { get; init; } = "";

    /// <summary>
    /// Begin with a fresh session (Clean Session in 3.1.1). In MQTT 5 it concerns the first connection only: reconnects take the
    /// session up again where <see cref="SessionExpiryInterval"/> keeps one.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>How long the server keeps the session after a disconnection; MQTT 5 only, whole seconds. Default: not at all.</summary>
    public TimeSpan SessionExpiryInterval { get; init; }

    /// <summary>Zero turns it off. Whole seconds, at most 65,535. A server may impose another (MQTT 5).</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for a sign of life after PINGREQ before the connection is given up.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For name look-up, TCP, TLS and CONNACK together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public string? UserName { get; init; }

    public ReadOnlyMemory<byte>? Password { get; init; }

    public MqttMessage? Will { get; init; }

    /// <summary>MQTT 5 only.</summary>
    public TimeSpan WillDelayInterval { get; init; }

    /// <summary>Null: plain TCP. <see cref="SslClientAuthenticationOptions.TargetHost"/> becomes <see cref="Host"/> where it is not set.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Reconnect by itself, for ever, until <see cref="MqttClient.DisconnectAsync"/>.</summary>
    public bool Reconnect { get; init; } = true;

    /// <summary>Delays double from the first to the last of these; each is taken between half and all of itself at random.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>QoS 1 and 2 messages sent and not yet acknowledged, at most; the server's Receive Maximum may lower it.</summary>
    public int MaxInflight { get; init; } = 1000;

    /// <summary>QoS 1 and 2 messages handed over and not yet acknowledged, at most; more are refused.</summary>
    public int MaxQueuedMessages { get; init; } = 10_000;

    /// <summary>Received messages that wait for the handler, at most; then the client reads no further. Announced as Receive Maximum in MQTT 5.</summary>
    public int MaxReceivedMessages { get; init; } = 1000;

    /// <summary>Largest packet accepted from the server, in bytes.</summary>
    public int MaxPacketBytes { get; init; } = 1024 * 1024;

    /// <summary>Sent with CONNECT in MQTT 5.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];
}
