using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Roost.Streams.Credentials;

namespace Roost.Streams.Export.Encryption;

/// <summary>The key that wraps each object's own.</summary>
/// <param name="Id">1 to 64 characters of plain ASCII.</param>
internal sealed record ExportKey(string Id, byte[] Bytes)
{
    public const int Length = 32; // AES-256
    private const int MostIdLength = 64;
    private const int MostFileBytes = 1024;

    /// <exception cref="ExportKeyException">The file cannot be read, or it or the secret holds no key.</exception>
    /// <exception cref="SecretUnavailableException">The secret that is named is not there.</exception>
    public static ExportKey Read(ExportEncryptionOptions options, IStreamSecrets secrets)
    {
        var (content, place) = options.KeySecret is { } name
            ? (Encoding.UTF8.GetBytes(secrets.Get("s3.encrypt.key-secret", name)), $"Secret '{name}'")
            : (InFile(options), options.KeyFile);
        var key = content.Length == Length ? content : FromBase64(content);
        return key.Length == Length
            ? new ExportKey(options.KeyId ?? Fingerprint(key), key)
            : throw new ExportKeyException($"{place} holds no key of {Length} bytes, as they are or in base64; make one with: openssl rand -base64 {Length}");
    }

    private static byte[] InFile(ExportEncryptionOptions options)
    {
        try
        {
            using var file = new FileStream(options.KeyFile, FileMode.Open, FileAccess.Read);
            var content = file.Length <= MostFileBytes ? new byte[file.Length] : [];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ExportKeyException($"The key in {options.KeyFile} cannot be read: {exception.Message}", exception);
        }
    }

    public static void Validate(ValidateOptionsResultBuilder faults, string key, ExportEncryptionOptions options)
    {
        SecretNames.ValidateAlone(faults, $"{key}:KeySecret", options.KeySecret, ("key-file", options.KeyFile.Length > 0));
        if (options.KeySecret is null && !File.Exists(options.KeyFile))
        {
            faults.AddError($"{key}:KeyFile names {(options.KeyFile.Length == 0 ? "no file" : options.KeyFile + ", which is not there or cannot be read")}; use the full path of a file that the daemon may read.");
        }

        if (options.KeyId is { } id && (id.Length is 0 or > MostIdLength || !id.All(letter => letter is > ' ' and <= '~')))
        {
            faults.AddError($"{key}:KeyId is '{id}'; use 1 to {MostIdLength} plain characters without spaces.");
        }
    }

    /// <summary>Tells keys apart and gives nothing away.</summary>
    private static string Fingerprint(byte[] key) => Convert.ToHexStringLower(SHA256.HashData([.. "roost export key\0"u8, .. key]).AsSpan(0, 8));

    private static byte[] FromBase64(byte[] content)
    {
        var key = new byte[Length];
        return Base64.DecodeFromUtf8(content.AsSpan().Trim(" \t\r\n"u8), key, out _, out var length) == System.Buffers.OperationStatus.Done ? key[..length] : [];
    }
}
