using System.Buffers;
using System.IO.Pipelines;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>A request's body, kept up to a limit and counted beyond it.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int MostAtOnce = 64 * 1024;

    private byte[]? _rented;
    private int _length;

    /// <summary>Kept and dropped bytes together.</summary>
    public long TotalBytes { get; private set; }

    /// <param name="announced">Only what has arrived is made room for, up to twice as much: a length is announced in a moment, and the bytes may never come.</param>
    public static async Task<RequestBody> ReadAsync(PipeReader reader, int limit, long? announced, CancellationToken cancellationToken)
    {
        var body = new RequestBody { _rented = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(announced ?? 4096, 256, Math.Min(limit, MostAtOnce))) };
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                foreach (var part in read.Buffer)
                {
                    body.Add(part.Span, limit);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public byte[] ToArray() => _rented.AsSpan(0, _length).ToArray();

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }

    private void Add(ReadOnlySpan<byte> part, int limit)
    {
        TotalBytes += part.Length;
        if (TotalBytes > limit)
        {
            return; // refused as a whole: the rest is only counted
        }

        if (_length + part.Length > _rented!.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(limit, Math.Max(_rented.Length * 2, _length + part.Length)));
            _rented.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = larger;
        }

        part.CopyTo(_rented.AsSpan(_length));
        _length += part.Length;
    }
}
