using System.Buffers;
using Roost.Mqtt.Client.Transport;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>Cuts what the transport delivers into packets. For the one reader of a connection.</summary>
internal sealed class PacketReceiver(ClientTransport transport, int maxPacketBytes) : IDisposable
{
    private const int InitialBytes = 8 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _start;
    private int _end;

    /// <param name="frame">Valid until the next <see cref="ReceiveAsync"/>.</param>
    /// <param name="fault">What is wrong, with <see cref="DecodeStatus.Malformed"/>.</param>
    public DecodeStatus TryRead(out PacketFrame frame, out PacketFault fault)
    {
        var status = PacketFrame.TryRead(_buffer.AsSpan(_start, _end - _start), maxPacketBytes, out frame, out fault);
        switch (status)
        {
            case DecodeStatus.Complete:
                _start += frame.TotalBytes;
                break;
            case DecodeStatus.NeedMore:
                EnsureSpace(frame.TotalBytes);
                break;
        }

        return status;
    }

    /// <summary>What waits to be read begins as an answer of a web server does.</summary>
    public bool SpeaksHttp => _buffer.AsSpan(_start, _end - _start).StartsWith("HTTP/"u8);

    /// <returns>Bytes received; 0 when the server sends no more.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    public async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        EnsureSpace(0);
        var received = await transport.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += received;
        return received;
    }

    /// <summary>Once nothing reads any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer!, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes room for a packet of <paramref name="packetBytes"/> from the read position on, and for one byte at least.</summary>
    private void EnsureSpace(int packetBytes)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_buffer.Length - _start >= packetBytes && _end < _buffer.Length)
        {
            return;
        }

        var unread = _buffer.AsSpan(_start, _end - _start);
        if (packetBytes > _buffer.Length || unread.Length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(packetBytes, _buffer.Length * 2));
            unread.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            unread.CopyTo(_buffer);
        }

        _end -= _start;
        _start = 0;
    }
}
