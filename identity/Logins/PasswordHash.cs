using System.Security.Cryptography;

namespace Roost.Identity.Logins;

/// <summary>
/// What is kept of a password: PBKDF2 (RFC 8018) with HMAC-SHA-512 over its SHA-512. Hashed first, as HMAC fills its key with zeros: a password would else be the same
/// as one with NULs behind it. Passwords are the bytes that were sent; nothing is normalized.
/// </summary>
internal sealed class PasswordHash(string algorithm, int iterations, byte[] salt, byte[] hash)
{
    public const string Pbkdf2Sha512 = "sha512+pbkdf2-hmac-sha512";

    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>As it is in the database, so that another one can follow.</summary>
    public string Algorithm { get; } = algorithm;

    public int Iterations { get; } = iterations;

    public byte[] Salt { get; } = salt;

    public byte[] Hash { get; } = hash;

    public static PasswordHash Create(ReadOnlySpan<byte> password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(Pbkdf2Sha512, iterations, salt, Derive(password, salt, iterations));
    }

    /// <summary>Takes all its time whether or not the password is right. An algorithm of a Roost that is not this one matches nothing.</summary>
    public bool Matches(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations), Hash) & Algorithm == Pbkdf2Sha512;

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations)
    {
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(password, digest);
        var hash = Rfc2898DeriveBytes.Pbkdf2(digest, salt, iterations, HashAlgorithmName.SHA512, HashBytes);
        CryptographicOperations.ZeroMemory(digest);
        return hash;
    }
}
