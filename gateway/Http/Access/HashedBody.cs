using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// A body that is compared with the hash its sender signed, while it is read. Its last bytes, or its end where the length is not known, are handed out only when
/// the hash is right: who reads it to the end before he acts acts on nothing else.
/// </summary>
internal sealed class HashedBody(Stream body, string expected, long? length) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private bool _isChecked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="BadHttpRequestException">The body is another than the one that was signed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span[..count]);
        _read += count;
        if (!_isChecked && ((count == 0 && buffer.Length > 0) || _read == length))
        {
            Check();
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <exception cref="BadHttpRequestException">They differ.</exception>
    public static void Compare(string actual, string expected)
    {
        if (actual != expected)
        {
            throw new BadHttpRequestException("The body is another than the one that was signed (X-Amz-Content-Sha256).");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check()
    {
        _isChecked = true;
        Compare(Convert.ToHexStringLower(_hash.GetHashAndReset()), expected);
    }
}
