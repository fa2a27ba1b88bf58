namespace Roost.Identity;

/// <summary>A client certificate that is registered.</summary>
/// <param name="Fingerprint">SHA-256, 64 lower-case hexadecimal digits: AWS IoT's <c>certificateId</c>.</param>
/// <param name="Thing">Null: nobody's.</param>
/// <param name="Serial">As X.509 has it, upper-case hexadecimal.</param>
/// <param name="Issuer">Fingerprint of the authority that signed it; null: it was registered without one.</param>
/// <param name="ReplacedBy">Fingerprint of its successor, with which it is good for a while; null: none.</param>
/// <param name="EndsAt">When it is revoked because of that; null: never.</param>
/// <param name="UsedAt">When it first let somebody in; null: never yet.</param>
/// <param name="RenewedFrom">Fingerprint of the certificate whose holder asked for this one himself; null: nobody's.</param>
public sealed record CertificateDescription(
    string Fingerprint,
    string? Thing,
    string Subject,
    string Serial,
    string? Issuer,
    CertificateStatus Status,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    DateTimeOffset CreatedAt,
    string? ReplacedBy = null,
    DateTimeOffset? EndsAt = null,
    DateTimeOffset? UsedAt = null,
    string? RenewedFrom = null)
{
    /// <summary><see cref="Principal.Id"/> of who shows it.</summary>
    public string PrincipalId => $"cert/{Fingerprint}";
}
