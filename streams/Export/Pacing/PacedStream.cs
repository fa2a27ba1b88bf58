namespace Roost.Streams.Export.Pacing;

/// <summary>Bytes in memory, read by whoever sends them: each piece once it may go. Its length is known, and it can be read again from any place.</summary>
internal sealed class PacedStream(ReadOnlyMemory<byte> bytes, ExportPace pace) : Stream
{
    /// <summary>With little at a time a slow link stays smooth, and an export of a higher priority waits for no more than this.</summary>
    private const int Piece = 8 * 1024;

    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => _position;
        set => _position = value is >= 0 && value <= Length ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = (int)Math.Min(buffer.Length, Length - _position);
        if (count > 0 && pace.LimitsBytes)
        {
            count = Math.Min(count, Piece);
            await pace.TakeBytesAsync(count, cancellationToken);
        }

        return Copy(buffer.Span[..count]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not paced: for what looks at the bytes, like a checksum, and does not send them.</summary>
    public override int Read(Span<byte> buffer) => Copy(buffer[..(int)Math.Min(buffer.Length, Length - _position)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Copy(Span<byte> to)
    {
        bytes.Span.Slice((int)_position, to.Length).CopyTo(to);
        _position += to.Length;
        return to.Length;
    }
}
