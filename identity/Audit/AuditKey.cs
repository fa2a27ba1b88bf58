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

    private const int MacBytes = 16;

    private readonly ECDsa _key;
    private readonly byte[]? _macKey;

    private AuditKey(ECDsa key, byte[]? macKey)
    {
        (_key, _macKey) = (key, macKey);
        PublicPem = key.ExportSubjectPublicKeyInfoPem() + "\n";
        Id = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
    }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the public key (SubjectPublicKeyInfo, DER).</summary>
    public string Id { get; }

    /// <summary>It was made just now, and is not in the folder before <see cref="Keep"/>.</summary>
    public bool IsNew { get; private init; }

    public string PublicPem { get; }

    /// <summary>Whether MACs of records can be looked at: not with the public half alone.</summary>
    public bool HasMacs => _macKey is not null;

    /// <summary>Reads the key, or makes one where there is none.</summary>
    /// <exception cref="IdentityDamagedException">It cannot be read. A new one would make strangers of all checkpoints, so none is made.</exception>
    public static AuditKey Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new AuditKey(made, MacKeyOf(made)) { IsNew = true };
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return new AuditKey(key, MacKeyOf(key));
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
            return new AuditKey(key, macKey: null);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException($"No public key in PEM: {exception.Message.TrimEnd('.')}. 'roost audit key' prints the gateway's.", exception);
        }
    }

    /// <summary>A copy that verifies, for another thread; it signs nothing.</summary>
    public AuditKey ForVerifying()
    {
        var key = ECDsa.Create();
        key.ImportFromPem(PublicPem);
        return new AuditKey(key, _macKey);
    }

    /// <summary>Signs that the chain up to a record is ours.</summary>
    /// <returns>In Base64.</returns>
    public string Sign(long sequence, string hash) => Sign(Checkpoint(sequence, hash));

    /// <inheritdoc cref="Sign(long, string)"/>
    public string Sign(AuditHead head) => Sign(Head(head));

    public bool Verify(long sequence, string hash, string? signature) => Verify(Checkpoint(sequence, hash), signature);

    public bool Verify(AuditHead head, string? signature) => Verify(Head(head), signature);

    /// <summary>Over a record without its MAC: what only the daemon writes, also where nothing is signed yet.</summary>
    /// <returns>The first 16 bytes of HMAC-SHA-256, in Base64.</returns>
    /// <exception cref="InvalidOperationException"><see cref="HasMacs"/> is false.</exception>
    public string MacOf(AuditRecord record) =>
        Convert.ToBase64String(HMACSHA256.HashData(
            _macKey ?? throw new InvalidOperationException("The public half has no MACs."), AuditRecordCodec.Encode(record with { Mac = null })).AsSpan(0, MacBytes));

    public bool IsMacOf(AuditRecord record) =>
        record.Mac is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(record.Mac), Encoding.ASCII.GetBytes(MacOf(record)));

    /// <summary>Puts a new key into the folder: whole or not at all, also over a power cut.</summary>
    public void Keep(string folder)
    {
        var path = Path.Combine(folder, FileName);
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem() + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: false);
        FileSystemSync.Entries(folder);
    }

    public void Dispose() => _key.Dispose();

    private string Sign(byte[] text) => Convert.ToBase64String(_key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private bool Verify(byte[] text, string? signature)
    {
        var bytes = new byte[128]; // a signature in DER has at most 72
        return signature is not null && Convert.TryFromBase64String(signature, bytes, out var length)
            && _key.VerifyData(text, bytes.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static byte[] MacKeyOf(ECDsa key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.ExportParameters(includePrivateParameters: true).D!, SHA256.HashSizeInBytes, info: "roost audit record"u8.ToArray());

    private static byte[] Checkpoint(long sequence, string hash) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Context}\n{sequence}\n{hash}\n"));

    /// <summary>In words of its own: a checkpoint's signature, which anybody can read, must not do for a head that ends there.</summary>
    private static byte[] Head(AuditHead head) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Context} head\n{head.Offset}\n{head.Chain.Sequence}\n{head.Chain.Hash}\n{head.Noted}\n"));
}
