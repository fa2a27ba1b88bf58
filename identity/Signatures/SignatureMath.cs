using System.Security.Cryptography;
using System.Text;

namespace Roost.Identity.Signatures;

/// <summary>The string to sign, the key of one day, region and service, and the signature (AWS Signature Version 4).</summary>
internal static class SignatureMath
{
    /// <returns>Lower-case hexadecimal.</returns>
    public static string Sign(string secretAccessKey, SignatureClaim claim, string canonicalRequest)
    {
        var toSign = $"{SignatureReader.Algorithm}\n{claim.Timestamp}\n{claim.Scope}\n{Hash(canonicalRequest)}";
        var key = Encoding.UTF8.GetBytes($"AWS4{secretAccessKey}");
        foreach (var step in (ReadOnlySpan<string>)[claim.Date, claim.Region, claim.Service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
