using System.Net;

namespace Roost.Mqtt;

/// <summary>One address on which MQTT clients are accepted: TCP or a unix socket, with or without TLS, as it is or in a WebSocket.</summary>
public sealed class MqttListenerOptions
{
    /// <summary>What logs call it. Null: its protocol and address.</summary>
    public string? Name { get; set; }

    /// <summary>An IPv4 or IPv6 address, not a host name. Default 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>1 to 65,535, or 0 for any free one (reported by <see cref="MqttBroker.OpenListenersAsync"/>). Default 1883.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>Absolute path of a unix socket, in place of address and port. Its file gets mode 0660.</summary>
    public string? Socket { get; set; }

    /// <summary>Clients speak MQTT in binary WebSocket messages (section 6). Default false.</summary>
    public bool Websocket { get; set; }

    /// <summary>What a WebSocket client has to ask for. Default <c>/mqtt</c>.</summary>
    public string Path { get; set; } = "/mqtt";

    /// <summary>
    /// Web pages (<c>https://example.com</c>) whose scripts may connect by WebSocket; <c>*</c> for all. Programs send no Origin and need none.
    /// Default none: any page in a browser on this machine could otherwise reach a listener on loopback.
    /// </summary>
    public IList<string> Origins { get; set; } = [];

    /// <summary>
    /// Each connection begins with a PROXY header, version 1 or 2, that names the client; one without is closed. Only for a listener that nobody
    /// but the proxy reaches. Default false.
    /// </summary>
    public bool ProxyProtocol { get; set; }

    /// <summary>Null: no TLS.</summary>
    public MqttTlsOptions? Tls { get; set; }

    /// <summary>Whether clients need no credentials. Null: only on a loopback address or unix socket that no proxy stands before.</summary>
    public bool? Anonymous { get; set; }

    /// <summary>Passwords and tokens are taken without TLS from other machines too, where everybody in between reads them. Default false.</summary>
    public bool PasswordsInClear { get; set; }

    /// <summary>Filters of the topics to which anonymous clients may publish. Null: everything; empty: nothing.</summary>
    public IList<TopicFilter>? AnonymousPublish { get; set; }

    /// <summary>Anonymous clients may subscribe to these filters and to what they contain. Null: everything; empty: nothing.</summary>
    public IList<TopicFilter>? AnonymousSubscribe { get; set; }

    /// <summary>Where its clients are allowed more or less than those of other listeners.</summary>
    public MqttListenerLimitsOptions Limits { get; set; } = new();

    /// <summary>Only programs of this machine reach it.</summary>
    public bool IsLocal => !ProxyProtocol && (Socket is not null || (IPAddress.TryParse(Address, out var address) && IPAddress.IsLoopback(address)));

    internal bool AllowsAnonymous => Anonymous ?? IsLocal;

    /// <summary><c>mqtt</c>, <c>mqtts</c>, <c>ws</c> or <c>wss</c>.</summary>
    internal string Protocol => (Websocket, Tls) switch
    {
        (false, null) => "mqtt",
        (false, _) => "mqtts",
        (true, null) => "ws",
        (true, _) => "wss",
    };
}
