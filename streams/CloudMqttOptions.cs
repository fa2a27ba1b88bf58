namespace Roost.Streams;

/// <summary>The MQTT server that the uplink connects to.</summary>
public sealed class CloudMqttOptions
{
    public const string Section = "Cloud:Mqtt";

    /// <summary>Name or address. Empty (default): there is no uplink.</summary>
    public string Host { get; set; } = "";

    /// <summary>Default 1883, or 8883 with <see cref="Tls"/>; with <see cref="WebsocketPath"/> 80 and 443.</summary>
    public int? Port { get; set; }

    /// <summary>Tried in this order when <see cref="Host"/> does not answer: names or addresses, also with a port of their own (<c>b.example.com:8884</c>).</summary>
    public IList<string> FallbackHosts { get; set; } = [];

    /// <summary>How often <see cref="Host"/> is looked at while a fallback serves; the uplink goes back as soon as it can be reached. Default 10 min.</summary>
    public TimeSpan ReturnAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>MQTT in a WebSocket under this path, such as <c>/mqtt</c>. Null (default): MQTT on TCP.</summary>
    public string? WebsocketPath { get; set; }

    /// <summary>Null: none.</summary>
    public CloudProxyOptions? Proxy { get; set; }

    /// <summary>Must be unique at the server: a second connection with the same identifier ends the first.</summary>
    public string ClientId { get; set; } = "roost";

    public string? UserName { get; set; }

    /// <summary>Better kept out of the file: set it by environment, or use <see cref="PasswordFile"/>.</summary>
    public string? Password { get; set; }

    /// <summary>A file that holds the password; a line end at its end does not count. Read at each connection, so that it can be changed without a restart.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The gateway's secret that is the password (<c>roost secret set</c>), asked for at each connection. In place of the two above.</summary>
    public string? PasswordSecret { get; set; }

    /// <summary>Null: plain TCP.</summary>
    public CloudTlsOptions? Tls { get; set; }

    /// <summary><c>5</c> (default) or <c>3.1.1</c>. Only 5 carries offset, time and topic of a record, and the server's reasons.</summary>
    public string Version { get; set; } = "5";

    /// <summary>A silent connection is probed this often. Default 60 s, 5 s to 18 h.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For name look-up, TCP, TLS and the server's answer together. Default 15 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long the server is to keep what it has for this gateway while there is no connection: with an entry of the bridge that carries messages in. Default 7 days.
    /// A 3.1.1 server decides by itself.
    /// </summary>
    public TimeSpan SessionExpiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>A connection on which records wait for an acknowledgement, and none has come for so long, is given up. Default 60 s.</summary>
    public TimeSpan AcknowledgeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait between two attempts to connect. Waits are random between nothing and a limit that doubles up to this. Default 30 s.</summary>
    public TimeSpan ReconnectMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary><see cref="Port"/>, or its default.</summary>
    public int EffectivePort => Port ?? (WebsocketPath, Tls) switch
    {
        (null, null) => 1883,
        (null, _) => 8883,
        (_, null) => 80,
        _ => 443,
    };
}
