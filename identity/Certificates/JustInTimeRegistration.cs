using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>Registers the certificates of CAs that register just in time, when their clients first come.</summary>
internal sealed class JustInTimeRegistration(
    ClientCertificates certificates, IThings things, IThingRegistry registry, IPolicyAttachments policies, CertificateEvents events, TrustedTime time, IAuditTrail audit,
    ILogger<JustInTimeRegistration> logger)
{
    private const int MostPending = 1000;

    /// <summary>A client has come with a certificate that nobody registered, of a CA whose certificates register themselves.</summary>
    /// <returns>As it is now; somebody else may have registered it at the same time. Null: there are too many that wait.</returns>
    public async Task<CertificateDescription?> RegisterAsync(X509Certificate2 certificate, AuthorityRecord of, CancellationToken cancellationToken)
    {
        if (certificates.Snapshot.All.Values.Count(one => one.Status == CertificateStatus.PendingActivation && one.Issuer == of.Fingerprint) >= MostPending)
        {
            logger.TooManyPending(of.Certificate.Subject, MostPending);
            return null;
        }

        var description = CertificateRows.Describe(certificate, thing: null, of.Fingerprint, CertificateStatus.PendingActivation, time.Now);
        try
        {
            await certificates.InsertAsync(certificate, description, cancellationToken);
        }
        catch (ChangeRefusedException)
        {
            return certificates.Find(description.Fingerprint);
        }

        await audit.RecordAsync(ChangedBy.Gateway.Entry("certificate.register", description.PrincipalId), CancellationToken.None);
        if (of.Activates && await EquipAsync(certificate, description, of, cancellationToken))
        {
            await certificates.SetStatusAsync(description.Fingerprint, CertificateStatus.Active, ChangedBy.Gateway, cancellationToken);
        }

        var registered = certificates.Find(description.Fingerprint);
        if (registered is not null)
        {
            await events.TellRegisteredAsync(registered, of.Fingerprint);
        }

        return registered;
    }

    /// <summary>Its thing and its policy; it is activated after them, so that it is never let in with less, or as somebody else.</summary>
    /// <returns>False: somebody has to look at it.</returns>
    private async Task<bool> EquipAsync(X509Certificate2 certificate, CertificateDescription description, AuthorityRecord of, CancellationToken cancellationToken)
    {
        if (of.ThingFrom is not ThingSource.None)
        {
            var name = CertificateAttributes.SubjectOf(certificate, of.ThingFrom.ToString());
            if (name is null || !RegistryNames.IsName(name))
            {
                logger.NoThingInSubject(description.Fingerprint, certificate.Subject, of.ThingFrom.ToString());
                return false;
            }

            // A CA speaks for its own things only: a name that another CA's robot has already is not its to give.
            if (registry.Find(name) is not null && !(certificates.Of(name) is { Count: > 0 } present && present.All(one => one.Issuer == of.Fingerprint)))
            {
                logger.ThingIsAnothers(description.Fingerprint, name, of.Certificate.Subject);
                return false;
            }

            await things.PutAsync(new ThingChange(name), ChangedBy.Gateway, cancellationToken);
            await certificates.AttachAsync(description.Fingerprint, name, ChangedBy.Gateway, cancellationToken);
        }

        if (of.Policy is { } policy)
        {
            await policies.AttachAsync(policy, description.PrincipalId, ChangedBy.Gateway, cancellationToken);
        }

        return true;
    }
}
