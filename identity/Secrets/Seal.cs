using System.Security.Cryptography;
using System.Text;

namespace Roost.Identity.Secrets;

/// <summary>
/// What is kept of a secret: <c>version 1 | key's name, 8 bytes | nonce, 12 | tag, 16 | ciphertext</c>, AES-256-GCM. The place where it is kept is authenticated
/// with it, so that nobody who can write the database puts one secret in another's place. A whole row of before, put back, is opened: who can do that can put a whole
/// database back as well.
/// </summary>
internal static class Seal
{
    public const int TagBytes = 16;

    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int KeyAt = 1;
    private const int NonceAt = KeyAt + SealingKey.IdBytes;
    private const int TagAt = NonceAt + NonceBytes;
    private const int HeaderBytes = TagAt + TagBytes;

    /// <param name="place">Where it is kept: the table, the row, its version.</param>
    public static byte[] Close(SealingKey key, string place, ReadOnlySpan<byte> secret)
    {
        var result = new byte[HeaderBytes + secret.Length];
        result[0] = Version;
        key.Id.CopyTo(result.AsSpan(KeyAt));
        var nonce = result.AsSpan(NonceAt, NonceBytes);
        RandomNumberGenerator.Fill(nonce); // 96 random bits: safe for far more than the few thousand secrets that one key ever seals
        using var cipher = key.Open();
        cipher.Encrypt(nonce, secret, result.AsSpan(HeaderBytes), result.AsSpan(TagAt, TagBytes), Encoding.UTF8.GetBytes(place));
        return result;
    }

    /// <returns>Null: none of the keys has sealed it, it was changed, or it belongs to another place.</returns>
    public static byte[]? TryOpen(IReadOnlyList<SealingKey> keys, string place, ReadOnlySpan<byte> sealedSecret)
    {
        if (sealedSecret.Length < HeaderBytes || sealedSecret[0] != Version || KeyOf(keys, sealedSecret) is not { } key)
        {
            return null;
        }

        var secret = new byte[sealedSecret.Length - HeaderBytes];
        using var cipher = key.Open();
        try
        {
            cipher.Decrypt(sealedSecret.Slice(NonceAt, NonceBytes), sealedSecret[HeaderBytes..], sealedSecret.Slice(TagAt, TagBytes), secret, Encoding.UTF8.GetBytes(place));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public static bool IsOf(SealingKey key, ReadOnlySpan<byte> sealedSecret) =>
        sealedSecret.Length >= HeaderBytes && sealedSecret.Slice(KeyAt, SealingKey.IdBytes).SequenceEqual(key.Id);

    private static SealingKey? KeyOf(IReadOnlyList<SealingKey> keys, ReadOnlySpan<byte> sealedSecret)
    {
        foreach (var key in keys)
        {
            if (IsOf(key, sealedSecret))
            {
                return key;
            }
        }

        return null;
    }
}
