using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>Certificates that others have made.</summary>
internal sealed partial class ClientCertificates
{
    /// <summary>Each is an authority of its own to TLS, and its name is sent in every handshake.</summary>
    private const int MostPinned = 500;

    /// <summary>Takes a certificate as it is: one of a trusted CA, or one whose CA is not trusted here or not known, like a device's of AWS IoT.</summary>
    /// <exception cref="ChangeRefusedException">It is none that could let anybody in; nothing was changed.</exception>
    public async Task<CertificateDescription> RegisterAsync(string pem, string? thing, ChangedBy by, CancellationToken cancellationToken)
    {
        var certificates = AuthorityChains.ReadPem(pem);
        using var certificate = certificates[0];
        var fault = CertificateChecks.UnfitOf(certificate)
            ?? ((CertificateStrength.WeaknessOf(certificate.PublicKey) ?? CertificateStrength.WeaknessOfSignature(certificate.SignatureAlgorithm.Value)) is { } weakness ? $"the certificate has {weakness}" : null)
            ?? (time.Now >= new DateTimeOffset(certificate.NotAfter.ToUniversalTime()) ? "the certificate has expired" : null);
        if (fault is not null)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"{fault}: nobody could come in with it");
        }

        var chain = CertificateChains.Build(certificate, [.. certificates.Skip(1)], authorities.Snapshot);
        if (chain is { Distrusted: { } distrusted })
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, $"it comes by '{distrusted}', which was distrusted: nobody could come in with it. 'roost ca trust' takes that back");
        }

        if (chain is null && _snapshot.All.Values.Count(static one => one.Issuer is null) >= MostPinned)
        {
            throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"{MostPinned} certificates are registered without their CA, and no more are possible; trust their CA with 'roost ca trust'");
        }

        var description = CertificateRows.Describe(certificate, thing, chain?.Authority.Fingerprint, CertificateStatus.Active, time.Now);
        if (Find(description.Fingerprint) is null)
        {
            await policies.DetachAllAsync(description.PrincipalId, by, cancellationToken); // of its former life
        }

        await InsertAsync(certificate, description, cancellationToken, comesBack: true);
        await WriteBundleIfPinnedAsync(description);
        await audit.RecordAsync(by.Entry("certificate.register", description.PrincipalId, thing), CancellationToken.None);
        return description;
    }
}
