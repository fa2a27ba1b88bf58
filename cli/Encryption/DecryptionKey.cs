using System.Buffers;
using System.Buffers.Text;
using Roost.Cli.Daemon;

namespace Roost.Cli.Encryption;

/// <summary>A key of an export, from a file: 32 bytes as they are, or in base64.</summary>
internal static class DecryptionKey
{
    public const int Length = 32;
    private const int MostFileBytes = 1024;

    /// <exception cref="DaemonException">The file cannot be read, or holds no key.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var content = file.Length <= MostFileBytes ? new byte[file.Length] : [];
            file.ReadExactly(content);
            if (content.Length == Length)
            {
                return content;
            }

            var key = new byte[Length];
            return Base64.DecodeFromUtf8(content.AsSpan().Trim(" \t\r\n"u8), key, out _, out var length) == OperationStatus.Done && length == Length
                ? key
                : throw new DaemonException($"{path} holds no key: 32 bytes, as they are or in base64");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"cannot read the key in {path}: {exception.Message}", exception);
        }
    }
}
