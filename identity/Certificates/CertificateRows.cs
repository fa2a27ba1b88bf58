using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>Reads and writes the rows of client certificates. In whose transaction, the caller decides.</summary>
internal static class CertificateRows
{
    private const string Columns = "SELECT fingerprint, der, thing, issuer, status, created_at, replaced_by, ends_at, used_at, renewed_from FROM certificates";

    public static List<CertificateDescription> ReadAll(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Columns;
        using var reader = command.ExecuteReader();
        var found = new List<CertificateDescription>();
        while (reader.Read())
        {
            found.Add(Read(reader));
        }

        return found;
    }

    /// <returns>Null: there is none.</returns>
    public static CertificateDescription? Find(SqliteConnection connection, string fingerprint)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Columns + " WHERE fingerprint = $fingerprint";
        command.Parameters.AddWithValue("$fingerprint", fingerprint);
        using var reader = command.ExecuteReader();
        return reader.Read() ? Read(reader) : null;
    }

    /// <returns>Null: there is none.</returns>
    public static byte[]? FindDer(SqliteConnection connection, string fingerprint)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT der FROM certificates WHERE fingerprint = $fingerprint";
        command.Parameters.AddWithValue("$fingerprint", fingerprint);
        return command.ExecuteScalar() as byte[];
    }

    /// <returns>False: it is there already.</returns>
    public static bool Insert(SqliteConnection connection, CertificateDescription certificate, ReadOnlyMemory<byte> der) => RegistryRows.Execute(
        connection,
        """
        INSERT INTO certificates (fingerprint, der, thing, issuer, status, created_at, renewed_from)
        VALUES ($fingerprint, $der, $thing, $issuer, $status, $created, $from) ON CONFLICT (fingerprint) DO NOTHING
        """,
        ("$fingerprint", certificate.Fingerprint), ("$der", der.ToArray()), ("$thing", certificate.Thing), ("$issuer", certificate.Issuer),
        ("$status", certificate.Status.ToString()), ("$created", certificate.CreatedAt.ToUnixTimeMilliseconds()), ("$from", certificate.RenewedFrom)) == 1;

    public static void Update(SqliteConnection connection, CertificateDescription certificate) => RegistryRows.Execute(
        connection,
        "UPDATE certificates SET thing = $thing, status = $status, replaced_by = $replaced, ends_at = $ends WHERE fingerprint = $fingerprint",
        ("$fingerprint", certificate.Fingerprint), ("$thing", certificate.Thing), ("$status", certificate.Status.ToString()),
        ("$replaced", certificate.ReplacedBy), ("$ends", certificate.EndsAt?.ToUnixTimeMilliseconds()));

    /// <summary>Written once. Nothing happens where it is written already.</summary>
    public static void SetUsed(SqliteConnection connection, string fingerprint, DateTimeOffset at) => RegistryRows.Execute(
        connection, "UPDATE certificates SET used_at = $at WHERE fingerprint = $fingerprint AND used_at IS NULL", ("$fingerprint", fingerprint), ("$at", at.ToUnixTimeMilliseconds()));

    public static void Delete(SqliteConnection connection, string fingerprint) =>
        RegistryRows.Execute(connection, "DELETE FROM certificates WHERE fingerprint = $fingerprint", ("$fingerprint", fingerprint));

    public static CertificateDescription Describe(X509Certificate2 certificate, string? thing, string? issuer, CertificateStatus status, DateTimeOffset createdAt) => new(
        Fingerprints.Of(certificate), thing, certificate.Subject, certificate.SerialNumber, issuer, status,
        new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()), createdAt);

    private static CertificateDescription Read(SqliteDataReader reader)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(reader.GetFieldValue<byte[]>(1));
        var description = Describe(
            certificate, Text(2), Text(3), Enum.Parse<CertificateStatus>(reader.GetString(4)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)));
        return description with
        {
            ReplacedBy = Text(6),
            EndsAt = Time(7),
            UsedAt = Time(8),
            RenewedFrom = Text(9),
        };

        DateTimeOffset? Time(int column) => reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
