namespace Roost.Identity;

/// <summary>A client certificate that the gateway's CA is to sign.</summary>
public sealed record CertificateOrder
{
    /// <summary>Whose it is; null: nobody's yet, <see cref="IClientCertificates.AttachAsync"/> says it later. Has to be registered.</summary>
    public string? Thing { get; init; }

    /// <summary>A PKCS #10 request in PEM. Its subject's common name is taken over, nothing else; null: the gateway makes the key, and keeps it nowhere.</summary>
    public string? SigningRequest { get; init; }

    public CertificateStatus Status { get; init; } = CertificateStatus.Active;

    /// <summary>Null: as configured. At most ten years.</summary>
    public TimeSpan? Validity { get; init; }
}
