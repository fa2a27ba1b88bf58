using Roost.Streams.Export.Pacing;
using Roost.Streams.Export.Web;

namespace Roost.Streams.Export.S3;

/// <summary>A body as the SDK wants it, a stream that it may read more than once; each step goes once it may, and is told to the watch.</summary>
internal sealed class WatchedBody(ReadOnlyMemory<byte> body, SilenceWatch watch, ExportPace? pace) : Stream
{
    private const int StepBytes = ExportPace.PieceBytes;

    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => body.Length;

    public override long Position
    {
        get => _at;
        set => _at = (int)Math.Clamp(value, 0, body.Length);
    }

    /// <summary>Not paced: this is for who looks at the bytes, and does not send them.</summary>
    public override int Read(Span<byte> buffer)
    {
        watch.Sent(); // the step before this one is written
        var length = Math.Min(Math.Min(buffer.Length, StepBytes), body.Length - _at);
        body.Span.Slice(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_at < body.Length)
        {
            await watch.PaceAsync(pace, Math.Min(Math.Min(buffer.Length, StepBytes), body.Length - _at));
        }

        return Read(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _at,
        _ => body.Length,
    };

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
