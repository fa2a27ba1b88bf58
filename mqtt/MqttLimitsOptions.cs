namespace Roost.Mqtt;

/// <summary>What one client may ask of the broker.</summary>
public sealed class MqttLimitsOptions
{
    public const string Section = MqttOptions.Section + ":Limits";

    /// <summary>Largest packet accepted, in bytes, fixed header included. Default 256 KiB.</summary>
    public int MaxPacketBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// QoS 1 and 2 messages that wait for one client. What comes when it is full, after <see cref="Backpressure"/>, is dropped for that client,
    /// counted, and told to an MQTT 5 publisher by reason code 0x97. Default 10,000.
    /// </summary>
    public int MaxQueued { get; set; } = 10_000;

    /// <summary>
    /// Bytes of the QoS 1 and 2 messages that are kept for one client, in flight and waiting, with 200 for each message; above it as for
    /// <see cref="MaxQueued"/>. Default 16 MiB.
    /// </summary>
    public int MaxQueuedSizeBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of all messages that are kept, retained ones included, each counted once however many clients wait for it. Default 128 MiB: an
    /// eighth of the smallest Raspberry Pi that is sold.
    /// </summary>
    public int MaxQueuedTotalBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>
    /// How long publishers are held for a client that is here and whose queue is three quarters full, before more is dropped for it; zero: not
    /// at all. Default 5 s.
    /// </summary>
    public TimeSpan Backpressure { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Retained messages. One more is handed to those who are subscribed, and not retained. Default 100,000.</summary>
    public int MaxRetained { get; set; } = 100_000;

    /// <summary>Bytes of the retained messages, with 200 for each. Default 64 MiB.</summary>
    public int MaxRetainedSizeBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Bytes that wait in the process for one slow reader; above it QoS 0 is dropped and QoS 1 and 2 wait in the session. Default 1 MiB.</summary>
    public int MaxOutputBytes { get; set; } = 1024 * 1024;

    /// <summary>Connections at one time, over all listeners. Default 10,000.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// Sessions, of clients that are here and of those that are away. A new one above it is refused; a client whose session is kept comes
    /// back to it. Default 20,000.
    /// </summary>
    public int MaxSessions { get; set; } = 20_000;

    /// <summary>Subscriptions of one session, and filters in one SUBSCRIBE; a further filter is refused in SUBACK. Default 1,000.</summary>
    public int MaxSubscriptions { get; set; } = 1000;

    /// <summary>The longest keep-alive; an MQTT 5 client that asks for more, or for none, is told this one. Default 1,200 s.</summary>
    public TimeSpan KeepAliveMax { get; set; } = TimeSpan.FromSeconds(1200);

    /// <summary>How long a connection may stay without a whole CONNECT. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a session is kept for a client that is away, at most, also for MQTT 3.1.1. Default 7 days.</summary>
    public TimeSpan SessionExpiryMax { get; set; } = TimeSpan.FromDays(7);

    /// <summary>QoS 1 and 2 messages that one client may have sent without an acknowledgement (MQTT 5 Receive Maximum). Default 1,000.</summary>
    public int ReceiveMax { get; set; } = 1000;

    /// <summary>
    /// QoS 1 and 2 messages that the broker has sent to one client without its acknowledgement, at most; less where an MQTT 5 client's
    /// Receive Maximum is smaller. Default 65,535, the protocol's own bound.
    /// </summary>
    public int InflightMax { get; set; } = 65_535;

    /// <summary>Topic aliases that one client may set (MQTT 5 Topic Alias Maximum). Default 64.</summary>
    public int TopicAliasMax { get; set; } = 64;

    /// <summary>Topic aliases that the broker sets towards an MQTT 5 client that takes some, at most; 0: none. Default 64.</summary>
    public int TopicAliasMaxOut { get; set; } = 64;

    /// <summary>
    /// Messages a second that one client may publish, with bursts of one second; a faster one is not read from for a while. 0, the default: no limit.
    /// </summary>
    public int PublishRate { get; set; }

    /// <summary>The same in bytes of PUBLISH packets a second. 0, the default: no limit.</summary>
    public int PublishVolumeBytes { get; set; }

    /// <summary>Connections a second that one listener takes, with bursts of one second; others are closed at once. 0, the default: no limit.</summary>
    public int ConnectRate { get; set; }

    /// <summary>The same for one remote address (an IPv6 network of 64 bits). 0, the default: no limit, but for listeners with TLS beyond this machine, where it is 50 unless they say 0 themselves.</summary>
    public int ConnectRatePerAddress { get; set; }

    /// <summary>The highest QoS of PUBLISH: 0, 1 or 2. Subscriptions are granted no more. Default 2.</summary>
    public int MaxQos { get; set; } = 2;

    /// <summary>Whether clients may publish with RETAIN. Default true.</summary>
    public bool RetainAvailable { get; set; } = true;

    /// <summary>Whether clients may subscribe with <c>+</c> and <c>#</c>. Default true.</summary>
    public bool WildcardSubscriptions { get; set; } = true;

    /// <summary>Whether clients may subscribe with <c>$share/</c>. Default true.</summary>
    public bool SharedSubscriptions { get; set; } = true;

    /// <summary>Whether MQTT 5 clients may give a Subscription Identifier. Default true.</summary>
    public bool SubscriptionIdentifiers { get; set; } = true;

    /// <summary>Whether a payload that its MQTT 5 publisher calls UTF-8 is checked to be so (0x99 if not). Default false.</summary>
    public bool CheckPayloadFormat { get; set; }
}
