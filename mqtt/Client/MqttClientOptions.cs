using System.Net.Security;

namespace Roost.Mqtt.Client;

/// <summary>Where and how an <see cref="MqttClient"/> connects. What MQTT 3.1.1 does not have is not sent there.</summary>
public sealed class MqttClientOptions
{
    /// <summary>Name or address. With <see cref="UnixSocketPath"/>, only the name that a certificate or WebSocket server is to have.</summary>
    public string Host { get; init; } = "localhost";

    public int Port { get; init; } = 1883;

    /// <summary>Null: TCP to <see cref="Host"/> and <see cref="Port"/>.</summary>
    public string? UnixSocketPath { get; init; }

    /// <summary>
    /// Null: no TLS. <see cref="SslClientAuthenticationOptions.TargetHost"/> is <see cref="Host"/> where it is not set. Without a
    /// validation callback of its own, a certificate that is refused is described in the exception.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Null: MQTT directly on the stream. With <see cref="Tls"/> it is <c>wss</c>.</summary>
    public MqttWebSocketOptions? WebSocket { get; init; }

    /// <summary>Null: none. Not with <see cref="UnixSocketPath"/>.</summary>
    public MqttProxyOptions? Proxy { get; init; }

    /// <summary>
    /// A peer that has not acknowledged bytes for so long, to TCP itself, is taken for gone (Linux's <c>TCP_USER_TIMEOUT</c>): sooner than
    /// the system gives up, which is a quarter of an hour. Zero (default): the system's.
    /// </summary>
    public TimeSpan UnacknowledgedTimeout { get; init; }

    public MqttProtocolVersion ProtocolVersion { get; init; } = MqttProtocolVersion.V500;

    /// <summary>Empty: the server assigns one, which is kept over reconnects.</summary>
    public string ClientIdentifier { get; init; } = "";

    /// <summary>
    /// Begin with a fresh session (Clean Session in 3.1.1). In MQTT 5 it concerns the first connection only: reconnects take the
    /// session up again where <see cref="SessionExpiryInterval"/> keeps one.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>
    /// How long the server keeps the session after a disconnection; MQTT 5 only, whole seconds. Default: not at all.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </summary>
    public TimeSpan SessionExpiryInterval { get; init; }

    /// <summary>Zero turns it off. Whole seconds, at most 65,535. A server may impose another (MQTT 5).</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for a sign of life after PINGREQ before the connection is given up.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For name look-up, TCP, TLS, WebSocket, authentication and CONNACK together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public string? UserName { get; init; }

    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Enhanced authentication (MQTT 5 section 4.12); null for none.</summary>
    public IMqttClientAuthentication? Authentication { get; init; }

    public MqttMessage? Will { get; init; }

    /// <summary>How long the server waits with the will for the client to come back; MQTT 5 only, whole seconds.</summary>
    public TimeSpan WillDelayInterval { get; init; }

    /// <summary>Reconnect by itself, for ever, until <see cref="MqttClient.DisconnectAsync(ReasonCode, CancellationToken)"/>.</summary>
    public bool Reconnect { get; init; } = true;

    /// <summary>Delays double from the first to the last of these; each is taken between half and all of itself at random.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>QoS 1 and 2 messages sent and not yet acknowledged, at most, 1 to 32,767; the server's Receive Maximum may lower it.</summary>
    public int MaxInflight { get; init; } = 1000;

    /// <summary>QoS 1 and 2 messages handed over and not yet acknowledged, at most; more are refused.</summary>
    public int MaxQueuedMessages { get; init; } = 10_000;

    /// <summary>Received messages that wait for the handler, at most; then the client reads no further. Announced as Receive Maximum in MQTT 5.</summary>
    public int MaxReceivedMessages { get; init; } = 1000;

    /// <summary>
    /// Messages that the handler may have in hand at once. 1 (default): it gets one when it is done with the one before. With more it is still called in the order of
    /// arrival, by one thread at a time, and messages are acknowledged in that order.
    /// </summary>
    public int MaxHandledMessages { get; init; } = 1;

    /// <summary>Bytes of payloads that wait for the handler, at most, and as many that it may have in hand; one message alone may have more. Default 8 MiB.</summary>
    public int MaxReceivedBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Largest packet accepted from the server, in bytes.</summary>
    public int MaxPacketBytes { get; init; } = 1024 * 1024;

    /// <summary>Topic aliases that the server may use towards us (MQTT 5); each may hold a topic in memory. 0: none.</summary>
    public int MaxReceivedTopicAliases { get; init; } = 16;

    /// <summary>Topic aliases that we use towards the server, within what it allows (MQTT 5). 0: none.</summary>
    public int MaxSentTopicAliases { get; init; } = 16;

    /// <summary>Ask for <see cref="MqttServerProperties.ResponseInformation"/> (MQTT 5).</summary>
    public bool RequestResponseInformation { get; init; }

    /// <summary>False asks the server to leave out reason strings and user properties where nothing failed (MQTT 5).</summary>
    public bool RequestProblemInformation { get; init; } = true;

    /// <summary>Sent with CONNECT in MQTT 5.</summary>
    public IReadOnlyList<UserProperty> UserProperties { get; init; } = [];

    /// <summary>Where the client connects, for people.</summary>
    internal string Endpoint =>
        (WebSocket, UnixSocketPath) switch
        {
            ({ } webSocket, null) => $"{(Tls is null ? "ws" : "wss")}://{Host}:{Port}{PathOnly(webSocket.Path)}",
            ({ } webSocket, { } path) => $"unix:{path} ({(Tls is null ? "ws" : "wss")}://{Host}{PathOnly(webSocket.Path)})",
            (_, { } path) => $"unix:{path}",
            _ => $"{Host}:{Port}",
        };

    /// <summary>A query may hold a signature or token, which no message is to show.</summary>
    private static string PathOnly(string path) => path.Split('?')[0];
}
