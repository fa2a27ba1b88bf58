using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Roost.Cli.Encryption;

/// <summary>Reads what exports encrypt. Layout: docs/formats/encrypted-object.md.</summary>
internal static class EncryptedObject
{
    private const byte Version = 1;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;
    private const int MostChunkBytes = 16 * 1024 * 1024; // what is held of a header that nobody has vouched for yet

    /// <summary>Writes each chunk once it is known to be genuine; so what was written is genuine also where this fails, but not all.</summary>
    /// <exception cref="InvalidDataException">It is no such object, is damaged or cut, or none of the keys opens it.</exception>
    public static async Task DecryptAsync(Stream input, Stream output, IReadOnlyList<byte[]> keys, CancellationToken cancellationToken)
    {
        var (own, chunkBytes) = await ReadHeaderAsync(input, keys, cancellationToken);
        using var cipher = new AesGcm(own, TagBytes);
        var buffer = new byte[chunkBytes + TagBytes + 1]; // a byte more tells whether a chunk is the last
        var plain = new byte[chunkBytes];
        var filled = 0;
        for (uint number = 0; ; number++)
        {
            filled += await input.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancellationToken);
            var isLast = filled < buffer.Length;
            var length = (isLast ? filled : filled - 1) - TagBytes;
            if (length < 0 || !TryOpen(cipher, number, isLast, buffer.AsSpan(0, length + TagBytes), plain.AsSpan(0, length)))
            {
                throw new InvalidDataException($"it is damaged or cut off behind byte {(long)number * chunkBytes} of its content; what came before is genuine");
            }

            await output.WriteAsync(plain.AsMemory(0, length), cancellationToken);
            if (isLast)
            {
                return;
            }

            (buffer[0], filled) = (buffer[^1], 1);
        }
    }

    private static bool TryOpen(AesGcm cipher, uint number, bool isLast, ReadOnlySpan<byte> chunk, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[7..], number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return TryDecrypt(cipher, nonce, chunk, plain, []);
    }

    private static async Task<(byte[] Own, int ChunkBytes)> ReadHeaderAsync(Stream input, IReadOnlyList<byte[]> keys, CancellationToken cancellationToken)
    {
        var start = await ReadAsync(input, "ROOSTENC"u8.Length + 2, cancellationToken);
        if (!start.AsSpan().StartsWith("ROOSTENC"u8))
        {
            throw new InvalidDataException("it was not encrypted by an export of Roost");
        }

        if (start[^2] != Version)
        {
            throw new InvalidDataException($"its format has version {start[^2]}; this program knows {Version}");
        }

        byte[] open = [.. start, .. await ReadAsync(input, start[^1] + sizeof(uint), cancellationToken)];
        var id = Encoding.ASCII.GetString(open.AsSpan(start.Length, start[^1]));
        var chunkBytes = BinaryPrimitives.ReadUInt32BigEndian(open.AsSpan(open.Length - sizeof(uint)));
        var sealedKey = await ReadAsync(input, NonceBytes + DecryptionKey.Length + TagBytes, cancellationToken);
        var own = keys.Select(key => Unwrap(key, sealedKey, open)).FirstOrDefault(unwrapped => unwrapped is not null)
            ?? throw new InvalidDataException($"it was encrypted with the key '{id}', which is none of those given, or its header is damaged");
        return chunkBytes is > 0 and <= MostChunkBytes ? (own, (int)chunkBytes) : throw new InvalidDataException($"its chunks have {chunkBytes} bytes, which is out of bounds");
    }

    private static byte[]? Unwrap(byte[] key, byte[] sealedKey, byte[] open)
    {
        using var wrapping = new AesGcm(key, TagBytes);
        var own = new byte[DecryptionKey.Length];
        return TryDecrypt(wrapping, sealedKey.AsSpan(0, NonceBytes), sealedKey.AsSpan(NonceBytes), own, open) ? own : null;
    }

    private static bool TryDecrypt(AesGcm cipher, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> encrypted, Span<byte> plain, ReadOnlySpan<byte> open)
    {
        try
        {
            cipher.Decrypt(nonce, encrypted[..^TagBytes], encrypted[^TagBytes..], plain, open);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static async Task<byte[]> ReadAsync(Stream input, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        return await input.ReadAtLeastAsync(bytes, length, throwOnEndOfStream: false, cancellationToken) == length
            ? bytes
            : throw new InvalidDataException("it ends within its header, or was not encrypted by an export of Roost");
    }
}
