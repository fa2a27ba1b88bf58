using Microsoft.Data.Sqlite;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>A thing's certificates go with it.</summary>
internal sealed partial class ClientCertificates
{
    public IReadOnlyList<string> PrincipalsOf(string thing) => [.. Of(thing).Select(static certificate => certificate.PrincipalId)];

    public void Delete(SqliteConnection connection, string thing)
    {
        KeepEnded(connection, "thing", thing);
        RegistryRows.Execute(connection, "DELETE FROM certificates WHERE thing = $thing", ("$thing", thing));
    }

    /// <summary>Whether it was here and was deleted; only its registration by name brings it back.</summary>
    public bool HasEnded(string fingerprint) => database.Store.Read(connection => IsEnded(connection, fingerprint));

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

    private static bool IsEnded(SqliteConnection connection, string fingerprint) =>
        RegistryRows.Strings(connection, "SELECT fingerprint FROM ended_certificates WHERE fingerprint = $name", fingerprint).Count > 0;

    /// <summary>Those of other CAs, which may register what comes: a certificate that was deleted must not do so.</summary>
    private void KeepEnded(SqliteConnection connection, string column, string value) => RegistryRows.Execute(
        connection, $"INSERT OR IGNORE INTO ended_certificates (fingerprint) SELECT fingerprint FROM certificates WHERE {column} = $value AND issuer IS NOT NULL AND issuer <> $own",
        ("$value", value), ("$own", Fingerprints.Of(authority.Certificate)));

    private Task WriteBundleIfPinnedAsync(CertificateDescription certificate) => certificate.Issuer is null ? WriteBundleAsync() : Task.CompletedTask;

    /// <summary>What TLS asks clients for, as it is now.</summary>
    public Task WriteBundleAsync() => bundle.WriteAsync(() => authorities.Snapshot.All.Select(static authority => authority.Certificate.ExportCertificatePem()).Concat(
        _snapshot.All.Values.Where(static certificate => certificate.Issuer is null && certificate.Status != CertificateStatus.Revoked)
            .Select(static certificate => certificate.Fingerprint).Order(StringComparer.Ordinal).Select(FindPem).OfType<string>()));
}
