using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>SHA-256 of a certificate as it is sent, 64 lower-case hexadecimal digits.</summary>
internal static class Fingerprints
{
    public const int Chars = 64;

    /// <summary>SHA-256 of its public key (SubjectPublicKeyInfo): the same for every certificate of one key.</summary>
    public static string OfKey(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static string Of(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));
}
