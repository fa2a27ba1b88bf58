namespace Roost.Identity;

/// <summary>The gateway's own TLS, as files in PEM, for listeners that name none. They are there once the room has started, and are replaced as a whole.</summary>
public interface IGatewayTls
{
    /// <summary>The server's certificate, followed by those between it and its root.</summary>
    string CertificateFile { get; }

    /// <summary>The server's private key; the daemon's user alone may read it.</summary>
    string KeyFile { get; }

    /// <summary>Whose client certificates are taken: the gateway's CA, other trusted CAs, and single certificates that were registered without one.</summary>
    string ClientAuthoritiesFile { get; }

    /// <summary>The time by which certificates are judged: never before one that this machine has surely seen, whatever its clock says at boot.</summary>
    DateTimeOffset TrustedNow { get; }
}
