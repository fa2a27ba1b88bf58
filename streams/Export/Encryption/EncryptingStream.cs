using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Roost.Streams.Export.Encryption;

/// <summary>
/// Encrypts what is written to it, in chunks, with a key of its own that the header holds wrapped. Layout: docs/formats/encrypted-object.md.
/// </summary>
/// <remarks>Without <see cref="Complete"/> the last chunk is missing, and nobody takes the rest for whole: whoever fails half-way need not do anything.</remarks>
internal sealed class EncryptingStream : Stream
{
    /// <summary>Small enough to be held, large enough that 16 bytes more do not matter.</summary>
    public const int ChunkBytes = 64 * 1024;

    private const byte Version = 1;
    private const int TagBytes = 16;
    private const int NonceBytes = 12;

    private readonly Stream _output;
    private readonly AesGcm _cipher;
    private readonly byte[] _plain = new byte[ChunkBytes];
    private readonly byte[] _chunk = new byte[ChunkBytes + TagBytes];
    private int _filled;
    private uint _chunks;

    /// <param name="output">Written to at once, and left open.</param>
    /// <param name="key">Wraps the key of this stream.</param>
    public EncryptingStream(Stream output, ExportKey key)
    {
        _output = output;
        Span<byte> own = stackalloc byte[ExportKey.Length];
        RandomNumberGenerator.Fill(own);
        _cipher = new AesGcm(own, TagBytes);
        output.Write(Header(key, own));
        CryptographicOperations.ZeroMemory(own);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_filled == ChunkBytes)
            {
                WriteChunk(isLast: false); // only now that there is more: the last one must be known as such
            }

            var length = Math.Min(buffer.Length, ChunkBytes - _filled);
            buffer[..length].CopyTo(_plain.AsSpan(_filled));
            _filled += length;
            buffer = buffer[length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes what is left, as the last. Nothing may be written after it.</summary>
    public void Complete() => WriteChunk(isLast: true);

    public override void Flush() => _output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private void WriteChunk(bool isLast)
    {
        // The key is this stream's alone, so a counter never repeats a nonce; that the last one is marked tells a cut one.
        Span<byte> nonce = stackalloc byte[NonceBytes];
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[7..], _chunks++);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        _cipher.Encrypt(nonce, _plain.AsSpan(0, _filled), _chunk.AsSpan(0, _filled), _chunk.AsSpan(_filled, TagBytes));
        _output.Write(_chunk, 0, _filled + TagBytes);
        _filled = 0;
    }

    private static byte[] Header(ExportKey key, ReadOnlySpan<byte> own)
    {
        var id = Encoding.ASCII.GetBytes(key.Id);
        byte[] open = [.. "ROOSTENC"u8, Version, (byte)id.Length, .. id, .. new byte[sizeof(uint)]];
        BinaryPrimitives.WriteUInt32BigEndian(open.AsSpan(open.Length - sizeof(uint)), ChunkBytes);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var wrapped = new byte[ExportKey.Length];
        var tag = new byte[TagBytes];
        using var wrapping = new AesGcm(key.Bytes, TagBytes);
        wrapping.Encrypt(nonce, own, wrapped, tag, associatedData: open);
        return [.. open, .. nonce, .. wrapped, .. tag];
    }
}
