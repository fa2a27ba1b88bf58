namespace Roost.Identity.Certificates;

/// <summary>One certificate for another, with a time in which both are good.</summary>
internal sealed partial class ClientCertificates
{
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
    /// overlap does not begin anew by that.
    /// </summary>
    /// <param name="signingRequest">The holder keeps his key to himself.</param>
    /// <exception cref="ChangeRefusedException">The certificate is nobody's or not active, or the request cannot be taken; nothing was changed.</exception>
    public async Task<IssuedCertificate> RenewOwnAsync(string fingerprint, string signingRequest, ChangedBy by, CancellationToken cancellationToken)
    {
        var former = Find(fingerprint) ?? throw Missing(fingerprint);
        if (former is not { Status: CertificateStatus.Active, Thing: { } thing })
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, "only an active certificate of a thing can be renewed");
        }

        var issued = await IssueAsync(new CertificateOrder { Thing = thing, SigningRequest = signingRequest }, by, cancellationToken);
        await ReplaceAsync(fingerprint, issued.Description.Fingerprint, by, cancellationToken);
        if (former.ReplacedBy is { } lost && Find(lost) is not null)
        {
            await DeleteAsync(lost, by, cancellationToken);
        }

        return issued;
    }

    /// <summary>Revokes those whose overlap is over.</summary>
    public async Task EndOverlapsAsync(CancellationToken cancellationToken)
    {
        var now = time.Now;
        foreach (var over in _snapshot.All.Values.Where(one => one.Status == CertificateStatus.Active && one.EndsAt <= now))
        {
            await SetStatusAsync(over.Fingerprint, CertificateStatus.Revoked, ChangedBy.Gateway, cancellationToken);
        }
    }

    /// <summary>Connections that it has end when it does: see <see cref="EndOverlapsAsync"/>.</summary>
    private async Task ReplaceAsync(string fingerprint, string successor, ChangedBy by, CancellationToken cancellationToken)
    {
        var former = await ChangeAsync(
            fingerprint, (_, certificate) => certificate with { ReplacedBy = successor, EndsAt = certificate.EndsAt ?? time.Now + options.Value.Overlap }, cancellationToken);
        await audit.RecordAsync(by.Entry("certificate.replace", former.PrincipalId, former.Thing), CancellationToken.None);
    }
}
