using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Identity.Store;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>The client certificates: made here, or registered as others made them. What is asked comes from memory.</summary>
internal sealed partial class ClientCertificates(
    IdentityDatabase database, GatewayAuthority authority, AuthorityStore authorities, ClientAuthorities bundle, TrustedTime time, IAuditTrail audit,
    IdentityChanges changes, IOptions<IdentityCertificateOptions> options, IPolicyAttachments policies,
    ILogger<ClientCertificates> logger) : IClientCertificates, IIdentityPart, IThingEnding
{
    private const string Unattached = "Roost client certificate";
    private static readonly TimeSpan s_maxValidity = TimeSpan.FromDays(3653);

    private readonly Lock _gate = new();
    private volatile CertificateSnapshot _snapshot = CertificateSnapshot.Of([]);

    public CertificateSnapshot Snapshot => _snapshot;

    public string AuthorityPem => authority.RootPem;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _snapshot = CertificateSnapshot.Of(database.Store.Read(CertificateRows.ReadAll));
        }

        return WriteBundleAsync();
    }

    public CertificateDescription? Find(string fingerprint) => _snapshot.All.GetValueOrDefault(fingerprint);

    public IReadOnlyList<CertificateDescription> Of(string thing)
    {
        var snapshot = _snapshot;
        return [.. (snapshot.ByThing.GetValueOrDefault(thing) ?? []).Select(fingerprint => snapshot.All[fingerprint]).OrderByDescending(static certificate => certificate.CreatedAt).ThenBy(static certificate => certificate.Fingerprint, StringComparer.Ordinal)];
    }

    /// <returns>Null: it is not registered.</returns>
    public string? FindPem(string fingerprint) =>
        database.Store.Read(connection => CertificateRows.FindDer(connection, fingerprint)) is { } der ? new string(PemEncoding.Write("CERTIFICATE", der)) + "\n" : null;

    public async Task<IssuedCertificate> IssueAsync(CertificateOrder order, ChangedBy by, CancellationToken cancellationToken = default)
    {
        using var made = Make(order);
        await InsertAsync(made.Certificate, made.Issued.Description, cancellationToken);
        await audit.RecordAsync(by.Entry("certificate.create", made.Issued.Description.PrincipalId, order.Thing), CancellationToken.None);
        return made.Issued;
    }

    /// <summary>Signs one; nothing is written yet.</summary>
    private MadeCertificate Make(CertificateOrder order, string? renewedFrom = null)
    {
        var validity = order.Validity ?? options.Value.Validity;
        if (validity <= TimeSpan.Zero || validity > s_maxValidity)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "a certificate is good for at most ten years, and more than nothing");
        }

        using var own = order.SigningRequest is null ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        var key = own is null ? SigningRequests.Read(order.SigningRequest!) : new PublicKey(own);
        var certificate = authority.Sign((issuer, issuerKey) => CertificateMaker.Client(key, order.Thing ?? Unattached, issuer, issuerKey, time.Now + validity));
        var description = CertificateRows.Describe(certificate, order.Thing, Fingerprints.Of(authority.Certificate), order.Status, time.Now) with { RenewedFrom = renewedFrom };
        return new MadeCertificate(certificate, new IssuedCertificate(
            description,
            string.Concat(authority.Intermediates.Prepend(certificate).Select(static link => link.ExportCertificatePem() + "\n")),
            authority.RootPem,
            own is null ? null : own.ExportPkcs8PrivateKeyPem() + "\n"));
    }

    public async Task AttachAsync(string fingerprint, string thing, ChangedBy by, CancellationToken cancellationToken = default)
    {
        await ChangeAsync(
            fingerprint,
            (connection, certificate) =>
            {
                CheckThing(connection, thing);
                return certificate.Thing is { } other && other != thing
                    ? throw new ChangeRefusedException(ChangeFault.Conflict, $"the certificate belongs to thing '{other}', and stays so; issue another for '{thing}'")
                    : certificate with { Thing = thing };
            },
            cancellationToken);
        // Whose sessions its clients take up has changed: they come again.
        await RecordAndTellAsync(IdentityChangeKind.CredentialEnded, [$"cert/{fingerprint}"], [by.Entry("certificate.attach", $"cert/{fingerprint}", thing)]);
    }

    public Task SetStatusAsync(string fingerprint, CertificateStatus status, ChangedBy by, CancellationToken cancellationToken = default) =>
        SetStatusAsync(fingerprint, status, withRenewed: true, by, cancellationToken);

    /// <param name="withRenewed">To revoke: also those that its holder has renewed it to, who may be a thief.</param>
    private async Task SetStatusAsync(string fingerprint, CertificateStatus status, bool withRenewed, ChangedBy by, CancellationToken cancellationToken)
    {
        var changed = await database.Store.WriteAsync(
            connection =>
            {
                var certificate = CertificateRows.Find(connection, fingerprint) ?? throw Missing(fingerprint);
                if (certificate.Status == CertificateStatus.Revoked && status != CertificateStatus.Revoked)
                {
                    throw new ChangeRefusedException(ChangeFault.Conflict, "the certificate was revoked, which is for ever; issue another with 'roost cert renew THING'");
                }

                List<CertificateDescription> all = [certificate with { Status = status }];
                if (withRenewed && status == CertificateStatus.Revoked)
                {
                    all.AddRange(RenewedFrom(connection, certificate).Select(static one => one with { Status = CertificateStatus.Revoked }));
                }

                all.ForEach(one => CertificateRows.Update(connection, one));
                return all;
            },
            cancellationToken);
        changed.ForEach(one => Reload(one.Fingerprint));
        await RecordAndTellAsync(
            status == CertificateStatus.Active ? IdentityChangeKind.RightsChanged : IdentityChangeKind.CredentialEnded,
            [.. changed.Select(static one => one.PrincipalId)],
            [.. changed.Select(one => by.Entry(ActionOf(status), one.PrincipalId, one.Thing))]);
    }

    private static IEnumerable<CertificateDescription> RenewedFrom(SqliteConnection connection, CertificateDescription certificate)
    {
        for (var next = certificate.ReplacedBy; next is not null && CertificateRows.Find(connection, next) is { } successor && successor.RenewedFrom == certificate.Fingerprint; next = successor.ReplacedBy)
        {
            yield return certificate = successor;
        }
    }

    /// <summary>What has ended ends, whether that can be written down or not.</summary>
    private Task RecordAndTellAsync(IdentityChangeKind kind, IReadOnlyList<string> subjects, IReadOnlyList<AuditEntry> entries) => EachStep.TakeAsync(
    [
        .. entries.Select(entry => (Func<Task>)(() => audit.RecordAsync(entry, CancellationToken.None))),
        .. subjects.Select(subject => (Func<Task>)(() => changes.TellAsync(kind, subject))),
    ]);

    public async Task DeleteAsync(string fingerprint, ChangedBy by, CancellationToken cancellationToken = default)
    {
        var certificate = Find(fingerprint) ?? throw Missing(fingerprint);
        await database.Store.WriteAsync(
            connection =>
            {
                KeepEnded(connection, "fingerprint", fingerprint);
                CertificateRows.Delete(connection, fingerprint);
            },
            cancellationToken);
        Reload(fingerprint);
        await EachStep.TakeAsync(
            () => WriteBundleIfPinnedAsync(certificate),
            () => audit.RecordAsync(by.Entry("certificate.delete", certificate.PrincipalId, certificate.Thing), CancellationToken.None),
            () => changes.TellAsync(IdentityChangeKind.CredentialEnded, certificate.PrincipalId),
            () => policies.DetachAllAsync(certificate.PrincipalId, by, CancellationToken.None)); // last: a Deny holds as long as anybody is here with it
    }

    internal static ChangeRefusedException Missing(string fingerprint) => new(ChangeFault.NotFound, $"there is no certificate '{fingerprint}'; 'roost cert list' shows those that there are");

    private static string ActionOf(CertificateStatus status) => status switch
    {
        CertificateStatus.Active => "certificate.activate",
        CertificateStatus.Revoked => "certificate.revoke",
        _ => "certificate.deactivate",
    };

    private static void CheckThing(SqliteConnection connection, string thing)
    {
        if (!RegistryRows.Exists(connection, "things", thing))
        {
            throw ThingRegistry.Missing("thing", thing);
        }
    }

    /// <param name="comesBack">It may be one that was deleted.</param>
    internal async Task InsertAsync(X509Certificate2 certificate, CertificateDescription description, CancellationToken cancellationToken, bool comesBack = false)
    {
        await database.Store.WriteAsync(connection => Insert(connection, certificate, description, comesBack), cancellationToken);
        Reload(description.Fingerprint);
    }

    /// <summary>In the caller's transaction; <see cref="Reload"/> follows it.</summary>
    internal static void Insert(SqliteConnection connection, X509Certificate2 certificate, CertificateDescription description, bool comesBack = false)
    {
        if (description.Thing is { } thing)
        {
            CheckThing(connection, thing);
        }

        if (comesBack)
        {
            RegistryRows.Execute(connection, "DELETE FROM ended_certificates WHERE fingerprint = $fingerprint", ("$fingerprint", description.Fingerprint));
        }
        else if (IsEnded(connection, description.Fingerprint))
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, "the certificate was deleted; 'roost cert register' lets it in again");
        }

        if (!CertificateRows.Insert(connection, description, certificate.RawDataMemory))
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, $"the certificate {description.Fingerprint} is registered already; 'roost cert show {description.Fingerprint}' tells whose it is");
        }
    }

    private async Task<CertificateDescription> ChangeAsync(
        string fingerprint, Func<SqliteConnection, CertificateDescription, CertificateDescription> change, CancellationToken cancellationToken)
    {
        var changed = await database.Store.WriteAsync(
            connection =>
            {
                var next = change(connection, CertificateRows.Find(connection, fingerprint) ?? throw Missing(fingerprint));
                CertificateRows.Update(connection, next);
                return next;
            },
            cancellationToken);
        Reload(fingerprint);
        return changed;
    }

    /// <summary>Memory takes what is committed: whoever reads last, under the gate, has read the newest.</summary>
    internal void Reload(string fingerprint)
    {
        lock (_gate)
        {
            _snapshot = _snapshot.With(fingerprint, database.Store.Read(connection => CertificateRows.Find(connection, fingerprint)));
        }
    }
}
