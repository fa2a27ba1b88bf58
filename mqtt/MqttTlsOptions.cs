namespace Roost.Mqtt;

/// <summary>
/// TLS of one listener. All files are PEM. They are looked at again when clients connect, at most every two seconds: what has changed holds for
/// new connections, and those that are open stay. Without certificate and key the gateway's own are used, where it has some (<see cref="ITlsSource"/>).
/// </summary>
public sealed class MqttTlsOptions
{
    /// <summary>The server's certificate, followed by those between it and its root.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The server's private key.</summary>
    public string Key { get; set; } = "";

    /// <summary>A file with the password of <see cref="Key"/>; a line end at its end does not count. Null: the key is not encrypted.</summary>
    public string? KeyPasswordFile { get; set; }

    /// <summary>CA certificates that clients' certificates are checked against. Null: those that the gateway trusts; where there are none, clients are not asked for one.</summary>
    public string? ClientCa { get; set; }

    /// <summary>A client without a certificate is refused. Default false: it may show one, which then must be good.</summary>
    public bool RequireClientCertificate { get; set; }

    /// <summary><c>1.2</c> (default) or <c>1.3</c>.</summary>
    public string MinVersion { get; set; } = "1.2";

    /// <summary>It names neither certificate nor key.</summary>
    internal bool IsGateways => Certificate.Length == 0 && Key.Length == 0;

    internal MqttTlsOptions Over(ITlsSource? source) => source is null ? this : new()
    {
        Certificate = IsGateways ? source.CertificateFile : Certificate,
        Key = IsGateways ? source.KeyFile : Key,
        KeyPasswordFile = KeyPasswordFile,
        ClientCa = ClientCa ?? source.ClientAuthoritiesFile,
        RequireClientCertificate = RequireClientCertificate,
        MinVersion = MinVersion,
    };
}
