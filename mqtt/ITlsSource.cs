namespace Roost.Mqtt;

/// <summary>
/// What TLS listeners use that name no files of their own, registered by who owns the gateway's certificate. Asked when listeners open, and from any thread
/// later. The files are in PEM and may be replaced while listeners are open, as those of <see cref="MqttTlsOptions"/>.
/// </summary>
public interface ITlsSource
{
    /// <summary>The server's certificate, followed by those between it and its root.</summary>
    string CertificateFile { get; }

    /// <summary>The server's private key.</summary>
    string KeyFile { get; }

    /// <summary>Whose client certificates are taken: CAs, and single certificates.</summary>
    string ClientAuthoritiesFile { get; }

    /// <summary>The time by which client certificates are judged in handshakes, whatever the machine's clock says.</summary>
    DateTimeOffset TrustedNow { get; }
}
