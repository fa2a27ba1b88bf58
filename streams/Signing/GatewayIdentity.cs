using System.Security.Cryptography;
using Roost.Storage.Files;

namespace Roost.Streams.Signing;

/// <summary>
/// Who this gateway is, to those who get its records: a key (ECDSA, P-256) that is made at first use, and an identifier that follows
/// from it. A new data folder is a new gateway. Any thread may call.
/// </summary>
/// <param name="folder">Holds the key, readable to the daemon's user alone.</param>
internal sealed class GatewayIdentity(string folder)
{
    /// <summary>Begins with a dot: no stream's name does.</summary>
    public const string FileName = ".gateway-key.pem";

    private readonly Lock _gate = new();
    private string? _pem;
    private string? _id;

    /// <summary>16 hexadecimal digits: the beginning of the SHA-256 of the public key (SubjectPublicKeyInfo, DER).</summary>
    /// <exception cref="GatewayKeyException">The key cannot be read or made.</exception>
    public string Id
    {
        get
        {
            lock (_gate)
            {
                if (_id is null)
                {
                    using var key = Key();
                    _id = IdOf(key.ExportSubjectPublicKeyInfo());
                }

                return _id;
            }
        }
    }

    /// <exception cref="GatewayKeyException">The key cannot be read or made.</exception>
    public string PublicKeyPem()
    {
        lock (_gate)
        {
            using var key = Key();
            return key.ExportSubjectPublicKeyInfoPem();
        }
    }

    /// <returns>ECDSA over SHA-256, in DER as OpenSSL has it.</returns>
    /// <exception cref="GatewayKeyException">The key cannot be read or made.</exception>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            using var key = Key();
            return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    public static string IdOf(byte[] publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey))[..16];

    private ECDsa Key()
    {
        var path = Path.Combine(folder, FileName);
        var key = ECDsa.Create();
        try
        {
            _pem ??= File.Exists(path) ? File.ReadAllText(path) : Make(path);
            key.ImportFromPem(_pem);
            return key;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            key.Dispose();
            _pem = null;
            throw new GatewayKeyException($"The gateway's key {path} cannot be used: {exception.Message.TrimEnd('.')}. Make its folder writable for the daemon, or remove the file for a new key.", exception);
        }
    }

    /// <summary>Whole or not at all, also over a power cut: a key that changed would make a stranger of this gateway.</summary>
    private string Make(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportPkcs8PrivateKeyPem() + "\n";
        Directory.CreateDirectory(folder);
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(pem));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: false);
        FileSystemSync.Entries(folder);
        return pem;
    }
}
