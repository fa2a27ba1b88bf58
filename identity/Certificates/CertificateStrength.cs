using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>Which keys and signatures cannot be forged in the lifetime of a robot.</summary>
internal static class CertificateStrength
{
    public const string Rsa = "1.2.840.113549.1.1.1";
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 8192; // one beyond costs a handshake's checker seconds
    private const string Elliptic = "1.2.840.10045.2.1";

    // P-256, P-384, P-521
    private static readonly string[] s_curves = ["1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"];

    // SHA-256, -384 and -512 with RSA (PKCS #1 and PSS) and ECDSA
    private static readonly string[] s_signatures =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.113549.1.1.10",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
    ];

    /// <returns>Null: it is strong. Else what is wrong, as in "an RSA key of 1024 bits".</returns>
    public static string? WeaknessOf(PublicKey key)
    {
        try
        {
            switch (key.Oid.Value)
            {
                case Rsa:
                    using (var rsa = key.GetRSAPublicKey()!)
                    {
                        return rsa.KeySize is >= LeastRsaBits and <= MostRsaBits ? null : $"an RSA key of {rsa.KeySize} bits; use {LeastRsaBits} to {MostRsaBits}, or P-256";
                    }

                case Elliptic:
                    using (var elliptic = key.GetECDsaPublicKey()!)
                    {
                        var curve = elliptic.ExportParameters(includePrivateParameters: false).Curve;
                        return curve.IsNamed && s_curves.Contains(CurveOid(curve), StringComparer.Ordinal) ? null : "a key on a curve that is not taken; use P-256, P-384 or P-521";
                    }

                default:
                    return "a key of a kind that is not taken; use RSA, P-256, P-384 or P-521";
            }
        }
        catch (CryptographicException)
        {
            return "a key that cannot be used; use P-256";
        }
    }

    /// <param name="oid">Of the signature's algorithm.</param>
    /// <returns>Null: it is strong.</returns>
    public static string? WeaknessOfSignature(string? oid) =>
        s_signatures.Contains(oid, StringComparer.Ordinal) ? null : $"a signature by {oid}, which can be forged or is not known; use SHA-256 with RSA or ECDSA";

    private static string? CurveOid(ECCurve curve) => curve.Oid.Value ?? curve.Oid.FriendlyName switch
    {
        "nistP256" => s_curves[0],
        "nistP384" => s_curves[1],
        "nistP521" => s_curves[2],
        _ => null,
    };
}
