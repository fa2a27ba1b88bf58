using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>Reads a CA with those above it, as somebody hands them in.</summary>
internal static class AuthorityChains
{
    private const int MostCertificates = 8;
    private const int MostChars = 64 * 1024;

    /// <param name="pem">The CA's certificate, then those up to the root, which is the last one and signed by itself.</param>
    /// <exception cref="ChangeRefusedException">It is no CA that could be trusted.</exception>
    public static X509Certificate2Collection Read(string pem, DateTimeOffset now)
    {
        var chain = ReadPem(pem);
        foreach (var certificate in chain)
        {
            if (!IsAuthority(certificate))
            {
                throw Refused($"'{certificate.Subject}' is no CA's certificate (no CA:TRUE, or its key may not sign certificates); give those of CAs only");
            }

            if (CertificateStrength.WeaknessOf(certificate.PublicKey) is { } weakness)
            {
                throw Refused($"'{certificate.Subject}' has {weakness}");
            }

            if (now >= new DateTimeOffset(certificate.NotAfter.ToUniversalTime()))
            {
                throw Refused(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{certificate.Subject}' has expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}; ask its owner for a new one"));
            }
        }

        using var builder = new X509Chain { ChainPolicy = CertificateChains.Policy(CertificateChains.Usage.Authority) };
        builder.ChainPolicy.CustomTrustStore.Add(chain[^1]);
        builder.ChainPolicy.ExtraStore.AddRange(chain);
        return builder.Build(chain[0])
            ? chain
            : throw Refused($"'{chain[0].Subject}' does not lead to '{chain[^1].Subject}'; give the CA's certificate first, then those that signed it in order, and last the root, which is signed by itself");
    }

    public static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static constraints => constraints.CertificateAuthority)
        && certificate.Extensions.OfType<X509KeyUsageExtension>().All(static usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign));

    /// <exception cref="ChangeRefusedException">There is none in it, or too many.</exception>
    public static X509Certificate2Collection ReadPem(string pem)
    {
        var chain = new X509Certificate2Collection();
        if (pem.Length > MostChars)
        {
            throw Refused($"it is longer than {MostChars} characters; give certificates in PEM only");
        }

        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw Refused("a certificate in it cannot be read; give certificates in PEM");
        }

        return chain.Count is > 0 and <= MostCertificates ? chain : throw Refused($"it holds {chain.Count} certificates in PEM; give 1 to {MostCertificates}, with -----BEGIN CERTIFICATE-----");
    }

    private static ChangeRefusedException Refused(string message) => new(ChangeFault.Invalid, message);
}
