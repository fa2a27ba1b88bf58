using System.Security.Cryptography;
using System.Text;

namespace Roost.Identity.Logins;

/// <summary>
/// <c>roost_IDENTIFIER_SECRET</c>: 12 and 52 characters of base32, the secret 260 random bits. The identifier is no secret. A secret that is random needs no slow
/// hash: nobody tries 2^260 of them.
/// </summary>
internal static class TokenText
{
    private const string Prefix = "roost_";
    private const int IdLength = 12;
    private const int SecretLength = 52;
    private const int SecretAt = 6 + IdLength + 1;

    public const int Length = SecretAt + SecretLength;

    public static string NewId() => Base32.Random(IdLength);

    public static string NewSecret() => Base32.Random(SecretLength);

    public static string Format(string id, string secret) => $"{Prefix}{id}_{secret}";

    public static bool IsToken(ReadOnlySpan<char> text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && text[SecretAt - 1] == '_' && IsId(IdOf(text)) && Base32.IsText(text[SecretAt..]);

    public static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && Base32.IsText(text);

    /// <param name="token">One that <see cref="IsToken"/>.</param>
    public static ReadOnlySpan<char> IdOf(ReadOnlySpan<char> token) => token[Prefix.Length..(SecretAt - 1)];

    /// <inheritdoc cref="IdOf"/>
    public static byte[] HashOf(ReadOnlySpan<char> token)
    {
        Span<byte> secret = stackalloc byte[SecretLength];
        Encoding.ASCII.GetBytes(token[SecretAt..], secret);
        var hash = SHA256.HashData(secret);
        CryptographicOperations.ZeroMemory(secret);
        return hash;
    }
}
