using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>Reads requests for certificates (PKCS #10). Of what they ask for, only the key is taken: what it may be used for, and by whom, we say.</summary>
internal static class SigningRequests
{
    private const int MostChars = 16 * 1024;

    /// <summary>The key, which whoever made the request has shown to hold.</summary>
    /// <exception cref="ChangeRefusedException">It is no request, its signature is wrong, or its key is weak.</exception>
    public static PublicKey Read(string pem)
    {
        if (pem.Length > MostChars)
        {
            throw Refused($"it is longer than {MostChars} characters");
        }

        CertificateRequest request;
        try
        {
            if (CertificateStrength.WeaknessOfSignature(SignatureOf(pem)) is { } weakness)
            {
                throw Refused($"it has {weakness}");
            }

            request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256); // checks the signature, with the hash that it names itself
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or AsnContentException or NotSupportedException)
        {
            throw Refused("it cannot be read, or its signature is wrong");
        }

        return CertificateStrength.WeaknessOf(request.PublicKey) is { } weak ? throw Refused($"it has {weak}") : request.PublicKey;
    }

    /// <summary>RFC 2986: CertificationRequest is the request, the signature's algorithm, and the signature.</summary>
    private static string SignatureOf(string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] is not ("CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST"))
        {
            throw Refused("it is no PEM with -----BEGIN CERTIFICATE REQUEST-----");
        }

        var request = new AsnReader(Convert.FromBase64String(pem[fields.Base64Data]), AsnEncodingRules.DER).ReadSequence();
        request.ReadEncodedValue();
        return request.ReadSequence().ReadObjectIdentifier();
    }

    private static ChangeRefusedException Refused(string problem) => new(
        ChangeFault.Invalid, $"the signing request cannot be taken: {problem}. This makes one: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout NAME.key -subj /CN=NAME -out NAME.csr");
}
