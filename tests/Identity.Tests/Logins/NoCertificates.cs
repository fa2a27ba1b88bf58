namespace Roost.Identity.Tests.Logins;

/// <summary>A gateway's CA and nothing else.</summary>
internal sealed class NoCertificates(string authorityPem) : IClientCertificates
{
    public string AuthorityPem { get; } = authorityPem;

    public CertificateDescription? Find(string fingerprint) => null;

    public IReadOnlyList<CertificateDescription> Of(string thing) => [];

    public Task<IssuedCertificate> IssueAsync(CertificateOrder order, ChangedBy by, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task AttachAsync(string fingerprint, string thing, ChangedBy by, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SetStatusAsync(string fingerprint, CertificateStatus status, ChangedBy by, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DeleteAsync(string fingerprint, ChangedBy by, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
