using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>Registers the certificates of CAs that register just in time, when their clients first come.</summary>
internal sealed class JustInTimeRegistration(
    ClientCertificates certificates, ThingRegistry things, IPolicyAttachments policies, CertificateEvents events, TrustedTime time, IAuditTrail audit,
    ILogger<JustInTimeRegistration> logger, IAuditStorage? storage = null, INamesInUse? names = null)
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

        string? thing = null;
        await (storage?.EnsureWritableAsync(cancellationToken) ?? Task.CompletedTask); // what cannot be audited is not done
        var mayActivate = of.Activates && TryFindThing(certificate, of, out thing);
        if (thing is not null && things.Find(thing) is null && names is not null && await names.FindAsync(thing, $"thing/{thing}") is { } other)
        {
            logger.NameIsAnothers(Fingerprints.Of(certificate), thing, other);
            (mayActivate, thing) = (false, null);
        }

        var description = CertificateRows.Describe(certificate, thing, of.Fingerprint, CertificateStatus.PendingActivation, time.Now);
        try
        {
            await InsertAsync(certificate, description); // from here on it is carried through, whether the client waits or not
        }
        catch (ChangeRefusedException)
        {
            return certificates.Find(description.Fingerprint);
        }

        await audit.RecordAsync(ChangedBy.Gateway.Entry("certificate.register", description.PrincipalId, thing), CancellationToken.None);
        if (mayActivate)
        {
            await ActivateAsync(description, of);
        }

        var registered = certificates.Find(description.Fingerprint);
        if (registered is not null)
        {
            await events.TellRegisteredAsync(registered, of.Fingerprint);
        }

        return registered;
    }

    /// <summary>It was registered and waits, though its CA activates: perhaps because something failed after its registration, which is made up for.</summary>
    /// <returns>As it is now; as it was, where somebody has to look at it or it still fails.</returns>
    public async Task<CertificateDescription?> GoOnAsync(CertificateDescription registered, AuthorityRecord of)
    {
        if (of.ThingFrom is not ThingSource.None && registered.Thing is null)
        {
            return registered; // its subject names no thing, or another's
        }

        try
        {
            await ActivateAsync(registered, of);
        }
        catch (Exception exception) when (exception is ChangeRefusedException or SqliteException or AuditUnavailableException)
        {
            logger.NotActivated(registered.Fingerprint, exception);
        }

        return certificates.Find(registered.Fingerprint);
    }

    /// <summary>With its thing, or neither: one that was left without it would be a stranger to its own name when it came again.</summary>
    private async Task InsertAsync(X509Certificate2 certificate, CertificateDescription description)
    {
        if (description.Thing is not { } thing)
        {
            await certificates.InsertAsync(certificate, description, CancellationToken.None);
            return;
        }

        try
        {
            await things.PutAsync(new ThingChange(thing), connection => ClientCertificates.Insert(connection, certificate, description), ChangedBy.Gateway, CancellationToken.None);
        }
        finally
        {
            certificates.Reload(description.Fingerprint);
        }
    }

    /// <summary>Last of all, so that it is never let in with less, or as somebody else.</summary>
    private async Task ActivateAsync(CertificateDescription description, AuthorityRecord of)
    {
        if (of.Policy is { } policy)
        {
            await policies.AttachAsync(policy, description.PrincipalId, ChangedBy.Gateway, CancellationToken.None);
        }

        await certificates.SetStatusAsync(description.Fingerprint, CertificateStatus.Active, ChangedBy.Gateway, CancellationToken.None);
    }

    /// <param name="thing">Null: its CA's certificates stand for no things.</param>
    /// <returns>False: somebody has to look at it.</returns>
    private bool TryFindThing(X509Certificate2 certificate, AuthorityRecord of, out string? thing)
    {
        thing = null;
        if (of.ThingFrom is ThingSource.None)
        {
            return true;
        }

        var fingerprint = Fingerprints.Of(certificate);
        var name = CertificateAttributes.SubjectOf(certificate, of.ThingFrom.ToString());
        if (name is null || !RegistryNames.IsName(name))
        {
            logger.NoThingInSubject(fingerprint, certificate.Subject, of.ThingFrom.ToString());
            return false;
        }

        // A CA speaks for its own things only: a name that another CA's robot has already is not its to give.
        if (things.Find(name) is not null && !(certificates.Of(name) is { Count: > 0 } present && present.All(one => one.Issuer == of.Fingerprint)))
        {
            logger.ThingIsAnothers(fingerprint, name, of.Certificate.Subject);
            return false;
        }

        thing = name;
        return true;
    }
}
