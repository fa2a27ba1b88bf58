namespace Roost.Mqtt.Client;

/// <summary>How a proxy is asked for a connection.</summary>
public enum MqttProxyKind
{
    /// <summary>HTTP's CONNECT (RFC 9110 section 9.3.6), with Basic authentication.</summary>
    HttpConnect,

    /// <summary>SOCKS version 5 (RFC 1928), with user name and password (RFC 1929).</summary>
    Socks5,
}
