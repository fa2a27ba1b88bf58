namespace Roost.Identity.Certificates;

/// <summary>Whose client certificates are taken beside the gateway's own.</summary>
internal sealed class TrustedAuthorities(
    AuthorityStore store, GatewayAuthority own, ClientCertificates certificates, ServerCertificate server, IPolicyAttachments policies, TrustedTime time, IAuditTrail audit, IdentityChanges changes)
{
    private const int Most = 50;

    /// <param name="chain">PEM: the CA, then those up to its root.</param>
    /// <exception cref="ChangeRefusedException">It cannot be trusted; nothing was changed.</exception>
    public async Task<AuthorityRecord> TrustAsync(string chain, bool registers, bool activates, string? policy, ThingSource thingFrom, ChangedBy by, CancellationToken cancellationToken)
    {
        if ((activates && !registers) || (!activates && (policy is not null || thingFrom is not ThingSource.None)))
        {
            throw new ChangeRefusedException(
                ChangeFault.Invalid, "a policy and a thing's name are given to certificates that are activated by themselves (--activate), and only those that register themselves are (--auto-register)");
        }

        if (policy is not null && !policies.Exists(policy))
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"there is no policy '{policy}'; 'roost policy list' shows those that there are");
        }

        var links = AuthorityChains.Read(chain, time.Now);
        var authority = new AuthorityRecord(Fingerprints.Of(links[0]), links, IsOwn: false, registers, activates, policy, thingFrom, time.Now);
        if (store.Snapshot.Find(authority.Fingerprint) is { IsOwn: true })
        {
            throw new ChangeRefusedException(ChangeFault.Conflict, "it is the gateway's own CA, which is trusted always");
        }

        if (store.Snapshot.Find(authority.Fingerprint) is null && store.Snapshot.All.Length >= Most)
        {
            throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"{Most} CAs are trusted already, and no more are possible; 'roost ca distrust' takes one away");
        }

        await store.SaveAsync(authority, cancellationToken);
        await certificates.WriteBundleAsync();
        await audit.RecordAsync(by.Entry("authority.trust", $"authority/{authority.Fingerprint}"), CancellationToken.None);
        return authority;
    }

    /// <summary>Its certificates let nobody in from here on, whatever else is trusted above it, until it is trusted again; and the connections of those that it did end.</summary>
    /// <exception cref="ChangeRefusedException">There is none, or it is the gateway's own.</exception>
    public async Task DistrustAsync(string fingerprint, ChangedBy by, CancellationToken cancellationToken)
    {
        var authority = store.Snapshot.Find(fingerprint) switch
        {
            null => throw new ChangeRefusedException(ChangeFault.NotFound, $"there is no CA '{fingerprint}'; 'roost ca list' shows those that there are"),
            { IsOwn: true } => throw new ChangeRefusedException(ChangeFault.Conflict, "it is the gateway's own CA, which is trusted always; revoke single certificates with 'roost cert revoke'"),
            var found => found,
        };
        await store.DeleteAsync(authority, cancellationToken);
        await EachStep.TakeAsync(
            certificates.WriteBundleAsync,
            () => audit.RecordAsync(by.Entry("authority.distrust", $"authority/{fingerprint}"), CancellationToken.None),
            () => Task.WhenAll(certificates.Snapshot.All.Values
                .Where(certificate => certificate.Issuer == fingerprint)
                .Select(certificate => changes.TellAsync(IdentityChangeKind.CredentialEnded, certificate.PrincipalId))));
    }

    /// <summary>Makes the gateway's CA one of the owner's.</summary>
    /// <exception cref="ChangeRefusedException">It is no such chain; nothing was changed.</exception>
    public async Task InstallAsync(string chain, ChangedBy by, CancellationToken cancellationToken)
    {
        await own.InstallAsync(chain, cancellationToken);
        await certificates.WriteBundleAsync();
        await server.KeepAsync();
        await audit.RecordAsync(by.Entry("authority.install", $"authority/{Fingerprints.Of(own.Certificate)}"), CancellationToken.None);
    }
}
