using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Roost.Storage.Backups;

namespace Roost.Identity.Certificates;

/// <summary>The CA's key with its certificates, in one file: there are both, or none. The daemon's user alone may read it.</summary>
internal static class AuthorityFile
{
    public const string Name = "authority.pem";
    private const int MaxBytes = 64 * 1024;

    /// <returns>Null: there is no file.</returns>
    /// <exception cref="IdentityDamagedException">There is one that is not whole.</exception>
    public static (ECDsa Key, X509Certificate2Collection Chain)? TryRead(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return null;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw Damaged(path, "it is far too large");
        }

        var key = ECDsa.Create();
        try
        {
            var text = File.ReadAllText(path);
            key.ImportFromPem(text);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(text);
            if (chain.Count > 0 && IsKeyOf(key, chain[0]))
            {
                return (key, chain);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw Damaged(path, exception.Message.TrimEnd('.'));
        }

        key.Dispose();
        throw Damaged(path, "its key and its certificate do not belong together");
    }

    public static Task WriteAsync(string folder, ECDsa key, X509Certificate2Collection chain) =>
        PrivateFile.WriteAsync(Path.Combine(folder, Name), key.ExportPkcs8PrivateKeyPem() + "\n" + chain.ExportCertificatePems() + "\n");

    public static bool IsKeyOf(ECDsa key, X509Certificate2 certificate) => key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    private static IdentityDamagedException Damaged(string path, string problem) => new(
        $"{path}, the gateway's CA, is damaged: {problem}. It is not replaced by itself, as no robot would trust another; put it back from a backup");
}
