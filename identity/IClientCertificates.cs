namespace Roost.Identity;

/// <summary>
/// Makes and changes client certificates. When a task completes, the change is durable, audited, and holds for live connections. Any thread may call.
/// </summary>
public interface IClientCertificates
{
    /// <summary>The gateway's CA in PEM: what clients check its server certificate with.</summary>
    string AuthorityPem { get; }

    /// <returns>Null: it is not registered.</returns>
    CertificateDescription? Find(string fingerprint);

    /// <summary>Those of a thing, the newest first.</summary>
    IReadOnlyList<CertificateDescription> Of(string thing);

    /// <exception cref="ChangeRefusedException">No such thing, or a signing request that cannot be taken; nothing was made.</exception>
    Task<IssuedCertificate> IssueAsync(CertificateOrder order, ChangedBy by, CancellationToken cancellationToken = default);

    /// <summary>Makes it this thing's, which it stays: it cannot become another's.</summary>
    /// <exception cref="ChangeRefusedException">There is no such certificate or thing, or it is another's.</exception>
    Task AttachAsync(string fingerprint, string thing, ChangedBy by, CancellationToken cancellationToken = default);

    /// <exception cref="ChangeRefusedException">There is no such certificate, or it was revoked, which is for ever.</exception>
    Task SetStatusAsync(string fingerprint, CertificateStatus status, ChangedBy by, CancellationToken cancellationToken = default);

    /// <summary>Forgets it, which ends it: what is not registered is let in nowhere. Detaches its policies.</summary>
    /// <exception cref="ChangeRefusedException">There is no such certificate.</exception>
    Task DeleteAsync(string fingerprint, ChangedBy by, CancellationToken cancellationToken = default);
}
