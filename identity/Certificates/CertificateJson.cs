using System.Text.Json;

namespace Roost.Identity.Certificates;

/// <summary>Certificates as REST shows them.</summary>
internal static class CertificateJson
{
    public static void Write(Utf8JsonWriter json, CertificateDescription certificate)
    {
        json.WriteStartObject();
        WriteMembers(json, certificate);
        json.WriteEndObject();
    }

    /// <summary>The one answer that holds a private key.</summary>
    public static void Write(Utf8JsonWriter json, IssuedCertificate issued)
    {
        json.WriteStartObject();
        WriteMembers(json, issued.Description);
        json.WriteString("pem", issued.Certificate);
        json.WriteString("authority", issued.Authority);
        if (issued.PrivateKey is { } key)
        {
            json.WriteString("privateKey", key);
        }

        json.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter json, CertificateDescription certificate)
    {
        json.WriteString("fingerprint", certificate.Fingerprint);
        json.WriteString("principal", certificate.PrincipalId);
        json.WriteString("thing", certificate.Thing);
        json.WriteString("status", NameOf(certificate.Status));
        json.WriteString("subject", certificate.Subject);
        json.WriteString("serial", certificate.Serial);
        json.WriteString("authorityFingerprint", certificate.Issuer);
        json.WriteString("notBefore", certificate.NotBefore);
        json.WriteString("notAfter", certificate.NotAfter);
        json.WriteString("createdAt", certificate.CreatedAt);
        if (certificate.ReplacedBy is { } successor)
        {
            json.WriteString("replacedBy", successor);
        }

        if (certificate.EndsAt is { } end)
        {
            json.WriteString("endsAt", end);
        }
    }

    /// <summary>As AWS IoT has it.</summary>
    public static string NameOf(CertificateStatus status) => status switch
    {
        CertificateStatus.Active => "ACTIVE",
        CertificateStatus.Inactive => "INACTIVE",
        CertificateStatus.PendingActivation => "PENDING_ACTIVATION",
        _ => "REVOKED",
    };

    /// <exception cref="ChangeRefusedException">It is none that could be asked for.</exception>
    public static CertificateStatus ReadStatus(string text) => text.ToUpperInvariant() switch
    {
        "ACTIVE" => CertificateStatus.Active,
        "INACTIVE" => CertificateStatus.Inactive,
        "REVOKED" => CertificateStatus.Revoked,
        _ => throw new ChangeRefusedException(ChangeFault.Invalid, "the status is none of ACTIVE, INACTIVE, REVOKED"),
    };
}
