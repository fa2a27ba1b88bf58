namespace Roost.Identity.Certificates;

/// <summary>When certificates end: those of things, of the gateway, and of CAs.</summary>
internal sealed class CertificateExpiries(ClientCertificates certificates, AuthorityStore authorities, GatewayAuthority own, ServerCertificate server) : ICredentialExpiries
{
    /// <summary>One that was replaced ends as it should, and is not spoken of.</summary>
    public IEnumerable<ExpiringCredential> Credentials =>
    [
        .. certificates.Snapshot.All.Values.Where(static one => one is { Status: CertificateStatus.Active, EndsAt: null }).Select(static one => new ExpiringCredential(
            "certificate", one.Thing is { } thing ? $"{one.Fingerprint} of thing {thing}" : one.Fingerprint, one.NotAfter,
            one.Thing is { } holder ? $"give the thing another: roost cert renew {holder}" : "issue another, and delete this one")),
        .. authorities.Snapshot.All.Where(static one => !one.IsOwn).Select(static one => new ExpiringCredential(
            "trusted CA", one.Certificate.Subject, new DateTimeOffset(one.Certificate.NotAfter.ToUniversalTime()), "ask its owner for a new certificate: roost ca trust FILE")),
        new ExpiringCredential(
            "gateway's CA", own.Certificate.Subject, new DateTimeOffset(own.Certificate.NotAfter.ToUniversalTime()), "have it signed anew: roost ca csr, then roost ca install"),
        .. server.NotAfter is { } end
            ? (ExpiringCredential[])[new ExpiringCredential("server certificate", server.CertificateFile, end, "it is renewed by itself unless its CA ends too; look at the log")]
            : [],
    ];
}
