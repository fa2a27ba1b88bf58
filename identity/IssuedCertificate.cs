namespace Roost.Identity;

/// <summary>A new client certificate, as it is handed out once. It has no text form, so that no key gets into a log.</summary>
public sealed class IssuedCertificate(CertificateDescription description, string certificate, string authority, string? privateKey)
{
    public CertificateDescription Description { get; } = description;

    /// <summary>PEM: the certificate, followed by those between it and its root.</summary>
    public string Certificate { get; } = certificate;

    /// <summary>PEM: what a client checks the gateway's server certificate with.</summary>
    public string Authority { get; } = authority;

    /// <summary>PEM, PKCS #8; null: whoever asked has it.</summary>
    public string? PrivateKey { get; } = privateKey;
}
