namespace Roost.Identity.Certificates;

/// <summary>The way from a certificate to a trusted CA, both included.</summary>
/// <param name="NotBefore">The latest of them.</param>
/// <param name="NotAfter">The earliest of them.</param>
/// <param name="Weakness">Null: none of them can be forged.</param>
internal sealed record CertificateChain(AuthorityRecord Authority, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string? Weakness)
{
    /// <summary>The subject of a CA on the way that was trusted once and is not any more; null: there is none.</summary>
    public string? Distrusted { get; init; }
}
