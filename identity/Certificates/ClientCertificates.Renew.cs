using Microsoft.Data.Sqlite;

namespace Roost.Identity.Certificates;

/// <summary>One certificate for another, with a time in which both are good.</summary>
internal sealed partial class ClientCertificates
{
    /// <summary>A thing that renews each certificate that it gets has at most so many at once.</summary>
    private const int MostGood = 4;

    /// <summary>In one round.</summary>
    private const int MostForgotten = 100;

    /// <summary>How long a revoked certificate is shown after its end.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    private readonly RenewalQuota _renewals = new();

    /// <summary>A new certificate for a thing; those that it has now are good for the overlap, and no longer.</summary>
    /// <exception cref="ChangeRefusedException">There is no such thing, or the order cannot be taken; nothing was changed.</exception>
    public async Task<IssuedCertificate> RenewAsync(string thing, CertificateOrder order, ChangedBy by, CancellationToken cancellationToken)
    {
        var issued = await IssueAsync(order with { Thing = thing, Status = CertificateStatus.Active }, by, cancellationToken);
        foreach (var former in Of(thing).Where(one => one.Status == CertificateStatus.Active && one.EndsAt is null && one.Fingerprint != issued.Description.Fingerprint))
        {
            await ReplaceAsync(former.Fingerprint, issued.Description.Fingerprint, by, cancellationToken);
        }

        return issued;
    }

    /// <summary>
    /// A new certificate in place of one, asked for by its holder. Whoever asks again, because the answer was lost, gets another in place of the one that was lost; the
    /// overlap does not begin anew by that. A successor that has let somebody in was not lost: what it has replaced renews nothing any more, or who has the old key could
    /// take the thing over within the overlap.
    /// </summary>
    /// <param name="signingRequest">The holder keeps his key to himself.</param>
    /// <exception cref="ChangeRefusedException">The certificate is nobody's, not active or replaced, it is too soon, or the request cannot be taken; nothing was changed.</exception>
    public async Task<IssuedCertificate> RenewOwnAsync(string fingerprint, string signingRequest, ChangedBy by, CancellationToken cancellationToken)
    {
        var thing = CheckRenewable(Find(fingerprint) ?? throw Missing(fingerprint), Find).Thing!;
        _renewals.Take(thing, time.Now);
        using var made = Make(new CertificateOrder { Thing = thing, SigningRequest = signingRequest }, renewedFrom: fingerprint);
        var description = made.Issued.Description;
        var lost = await database.Store.WriteAsync(
            connection =>
            {
                var former = CheckRenewable(CertificateRows.Find(connection, fingerprint) ?? throw Missing(fingerprint), one => CertificateRows.Find(connection, one));
                CheckThing(connection, thing);
                if (former.ReplacedBy is { } unused)
                {
                    CertificateRows.Delete(connection, unused);
                }

                CertificateRows.Insert(connection, description, made.Certificate.RawDataMemory);
                CertificateRows.Update(connection, ReplacedBy(former, description.Fingerprint));
                return former.ReplacedBy;
            },
            cancellationToken);
        Reload(description.Fingerprint);
        Reload(fingerprint);
        try
        {
            await audit.RecordAsync(by.Entry("certificate.renew", $"cert/{fingerprint}", thing) with { Reason = description.PrincipalId }, CancellationToken.None);
        }
        finally
        {
            if (lost is not null)
            {
                Reload(lost);
                await changes.TellAsync(IdentityChangeKind.CredentialEnded, $"cert/{lost}");
            }
        }

        return made.Issued;
    }

    /// <summary>The first time that it lets somebody in is written down before it does: see <see cref="RenewOwnAsync"/>.</summary>
    /// <returns>As it is now; null: it was deleted meanwhile.</returns>
    public async ValueTask<CertificateDescription?> NoteUseAsync(CertificateDescription certificate)
    {
        if (certificate.UsedAt is not null)
        {
            return certificate;
        }

        try
        {
            await database.Store.WriteAsync(connection => CertificateRows.SetUsed(connection, certificate.Fingerprint, time.Now));
        }
        catch (SqliteException exception)
        {
            logger.FirstUseNotStored(certificate.Fingerprint, exception); // a full disk keeps no robot out; and nothing is renewed on one
            return Find(certificate.Fingerprint);
        }

        Reload(certificate.Fingerprint);
        return Find(certificate.Fingerprint);
    }

    /// <summary>Revokes those whose overlap is over.</summary>
    public async Task EndOverlapsAsync(CancellationToken cancellationToken)
    {
        var now = time.Now;
        foreach (var over in _snapshot.All.Values.Where(one => one.Status == CertificateStatus.Active && one.EndsAt <= now))
        {
            await SetStatusAsync(over.Fingerprint, CertificateStatus.Revoked, withRenewed: false, ChangedBy.Gateway, cancellationToken);
        }
    }

    /// <summary>Forgets revoked ones that would let nobody in any more anyway. What a CA that registers just in time has signed stays known as ended.</summary>
    public async Task ForgetRevokedAsync(CancellationToken cancellationToken)
    {
        var before = time.Now - s_kept;
        foreach (var old in _snapshot.All.Values.Where(one => one.Status == CertificateStatus.Revoked && one.NotAfter < before).Take(MostForgotten))
        {
            await DeleteAsync(old.Fingerprint, ChangedBy.Gateway, cancellationToken);
        }
    }

    /// <summary>Connections that it has end when it does: see <see cref="EndOverlapsAsync"/>.</summary>
    private async Task ReplaceAsync(string fingerprint, string successor, ChangedBy by, CancellationToken cancellationToken)
    {
        var former = await ChangeAsync(fingerprint, (_, certificate) => ReplacedBy(certificate, successor), cancellationToken);
        await audit.RecordAsync(by.Entry("certificate.replace", former.PrincipalId, former.Thing), CancellationToken.None);
    }

    private CertificateDescription ReplacedBy(CertificateDescription former, string successor) =>
        former with { ReplacedBy = successor, EndsAt = former.EndsAt ?? time.Now + options.Value.Overlap };

    private CertificateDescription CheckRenewable(CertificateDescription former, Func<string, CertificateDescription?> find)
    {
        if (former is not { Status: CertificateStatus.Active, Thing: { } thing } || former.EndsAt <= time.Now)
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, "only an active certificate of a thing can be renewed");
        }

        if (former.ReplacedBy is { } successor)
        {
            return find(successor) is { Status: CertificateStatus.Active, UsedAt: null }
                ? former
                : throw new ChangeRefusedException(ChangeFault.Conflict, "the certificate was replaced by another, which is in use: renew that one");
        }

        return Of(thing).Count(one => one.Status == CertificateStatus.Active && !(one.EndsAt <= time.Now)) < MostGood
            ? former
            : throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"the thing has {MostGood} certificates that are good; renew again when the overlap of the oldest is over");
    }
}
