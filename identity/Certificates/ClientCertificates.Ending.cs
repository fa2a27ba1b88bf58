using Microsoft.Data.Sqlite;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>A thing's certificates go with it.</summary>
internal sealed partial class ClientCertificates
{
    public async Task BeginAsync(string thing, ChangedBy by, CancellationToken cancellationToken)
    {
        foreach (var certificate in Of(thing))
        {
            await DetachPoliciesAsync(certificate.PrincipalId, by, cancellationToken);
        }

        await DetachPoliciesAsync($"thing/{thing}", by, cancellationToken);
    }

    public void Delete(SqliteConnection connection, string thing) => RegistryRows.Execute(connection, "DELETE FROM certificates WHERE thing = $thing", ("$thing", thing));

    public async Task ForgetAsync(string thing)
    {
        var gone = Of(thing);
        foreach (var certificate in gone)
        {
            Reload(certificate.Fingerprint);
        }

        if (gone.Any(static certificate => certificate.Issuer is null))
        {
            await WriteBundleAsync();
        }
    }

    private Task DetachPoliciesAsync(string target, ChangedBy by, CancellationToken cancellationToken) =>
        policies.DetachAllAsync(target, by, cancellationToken);

    private Task WriteBundleIfPinnedAsync(CertificateDescription certificate) => certificate.Issuer is null ? WriteBundleAsync() : Task.CompletedTask;

    /// <summary>What TLS asks clients for, as it is now.</summary>
    public Task WriteBundleAsync() => bundle.WriteAsync(
        [.. authorities.Snapshot.All.Select(static authority => authority.Certificate.ExportCertificatePem())],
        [.. _snapshot.All.Values.Where(static certificate => certificate.Issuer is null && certificate.Status != CertificateStatus.Revoked).Select(static certificate => certificate.Fingerprint).Order(StringComparer.Ordinal).Select(FindPem).OfType<string>()]);
}
