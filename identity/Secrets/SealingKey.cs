using System.Security.Cryptography;

namespace Roost.Identity.Secrets;

/// <summary>A key of AES-256-GCM, and the name by which what it has sealed finds it again. It has no text form.</summary>
internal sealed class SealingKey
{
    public const int Bytes = 32;
    public const int IdBytes = 8;

    private readonly byte[] _key;
    private readonly byte[] _id;

    public SealingKey(ReadOnlySpan<byte> key)
    {
        _key = key.Length == Bytes ? key.ToArray() : throw new ArgumentException($"A key has {Bytes} bytes.", nameof(key));
        _id = SHA256.HashData([.. "roost sealing key "u8, .. key])[..IdBytes]; // tells nothing of the key
    }

    /// <summary>The first bytes of a hash of the key.</summary>
    public ReadOnlySpan<byte> Id => _id;

    public static SealingKey Create()
    {
        Span<byte> key = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(key);
        var made = new SealingKey(key);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }

    public AesGcm Open() => new(_key, Seal.TagBytes);

    /// <summary>As a line of a key file.</summary>
    public string ToBase64() => Convert.ToBase64String(_key);
}
