using System.Security.Cryptography;
using System.Text;

namespace Roost.Identity.Logins;

/// <summary>
/// How app and gateway show each other that they know the code, without telling it: ADR 0166. The code is stretched with the fingerprint of the server's certificate
/// that the app sees: who stands between with another certificate gets a proof that the gateway does not take, and has only the code's short life to guess it.
/// </summary>
internal static class PairingProof
{
    public const int Iterations = 210_000;
    public const int NonceBytes = 32;
    public const int CodeLength = 8;

    /// <summary>32 characters, none of which looks like another: five bits each.</summary>
    private const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    private const int KeyBytes = 32;

    public static string NewCode() => RandomNumberGenerator.GetString(Alphabet, CodeLength);

    /// <param name="certificate">SHA-256 of the server's certificate, DER.</param>
    /// <param name="iterations">What apps compute, but in tests.</param>
    public static byte[] KeyOf(string code, ReadOnlySpan<byte> certificate, int iterations = Iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(code), (byte[])[.. "roost-pairing-1"u8, .. certificate], iterations, HashAlgorithmName.SHA512, KeyBytes);

    /// <summary>What the app shows.</summary>
    public static byte[] OfApp(byte[] key, ReadOnlySpan<byte> nonce) => HMACSHA256.HashData(key, (byte[])[.. "app"u8, .. nonce]);

    /// <summary>What the gateway shows: this token and this CA are an answer to that nonce by who knows the code.</summary>
    /// <param name="authority">SHA-256 of the gateway's CA certificate, DER.</param>
    public static byte[] OfGateway(byte[] key, ReadOnlySpan<byte> nonce, string token, ReadOnlySpan<byte> authority) =>
        HMACSHA256.HashData(key, (byte[])[.. "gateway"u8, .. nonce, .. SHA256.HashData(Encoding.ASCII.GetBytes(token)), .. authority]);
}
