namespace Roost.Streams;

/// <summary>TLS to the cloud. All files are PEM and read at each connection, so that a renewed certificate is taken up by itself.</summary>
public sealed class CloudTlsOptions
{
    /// <summary>Certificates that the server's is checked against. Null: those of the machine.</summary>
    public string? Ca { get; set; }

    /// <summary>The gateway's own certificate, with those between it and its root. Goes with <see cref="Key"/>, or <see cref="KeySecret"/>.</summary>
    public string? Certificate { get; set; }

    public string? Key { get; set; }

    /// <summary>The gateway's secret that is the key, in PEM, asked for at each connection.</summary>
    public string? KeySecret { get; set; }

    /// <summary>Protocols offered by ALPN, such as <c>x-amzn-mqtt-ca</c>, which AWS IoT Core wants on port 443. Default: none.</summary>
    public IList<string> Alpn { get; set; } = [];

    /// <summary>The name that the server's certificate must have, and that is told to the server (SNI). Null: the host's.</summary>
    public string? ServerName { get; set; }
}
