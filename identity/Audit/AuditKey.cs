using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Roost.Storage.Files;

namespace Roost.Identity.Audit;

/// <summary>
/// What checkpoints are signed with: ECDSA, P-256, SHA-256. The private half stays in the identity folder, readable to the daemon's user alone;
/// the public half is copied beside the log. One thread at a time.
/// </summary>
internal sealed class AuditKey : IDisposable
{
    public const string FileName = "audit-key.pem";

    private const string Context = "roost audit";

    private readonly ECDsa _key;

    private AuditKey(ECDsa key)
    {
        _key = key;
        Id = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
    }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo, DER).</summary>
    public string Id { get; }

    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem() + "\n";

    /// <summary>Reads the key, or makes one where there is none: whole or not at all, also over a power cut.</summary>
    /// <exception cref="IdentityDamagedException">It cannot be read. A new one would make strangers of all checkpoints, so none is made.</exception>
    public static AuditKey Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.Exists(path) ? File.ReadAllText(path) : Make(folder, path));
            return new AuditKey(key);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new IdentityDamagedException($"The audit's key {path} is damaged: {exception.Message.TrimEnd('.')}. Put it back from a backup; without one, move it away for a new key, which checkpoints of the past will not fit.");
        }
    }

    /// <param name="pem">A public key, or a private one.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static AuditKey Import(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new AuditKey(key);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"No public key in PEM: {exception.Message.TrimEnd('.')}. 'roost audit key' prints the gateway's.", exception);
        }
    }

    /// <summary>Signs that the chain up to a record is ours.</summary>
    /// <returns>In Base64.</returns>
    public string Sign(long sequence, string hash) => Convert.ToBase64String(_key.SignData(Signed(sequence, hash), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    public bool Verify(long sequence, string hash, string? signature)
    {
        var bytes = new byte[128]; // a signature in DER has at most 72
        return signature is not null && Convert.TryFromBase64String(signature, bytes, out var length)
            && _key.VerifyData(Signed(sequence, hash), bytes.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public void Dispose() => _key.Dispose();

    private static byte[] Signed(long sequence, string hash) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Context}\n{sequence}\n{hash}\n"));

    private static string Make(string folder, string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = key.ExportPkcs8PrivateKeyPem() + "\n";
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(Encoding.ASCII.GetBytes(pem));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: false);
        FileSystemSync.Entries(folder);
        return pem;
    }
}
