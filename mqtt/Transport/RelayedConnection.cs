using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Transport;

/// <summary>
/// A WebSocket that an HTTP server of this process has accepted. Two tasks of the pool read and write it; each passes buffers to and from the
/// loop by the mailbox, one at a time, so that a slow side holds back the other.
/// </summary>
internal sealed class RelayedConnection : Connection, IDisposable
{
    private const int FirstBufferBytes = 4 * 1024;
    private const int MaxWriteBytes = 64 * 1024; // more only for one packet that is larger
    private const int MaxWrites = 2; // one on its way, one behind it
    private static readonly TimeSpan s_closeLimit = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly RelayedClient _client;
    private readonly Mailbox _mailbox;
    private readonly Channel<ArraySegment<byte>> _writes = Channel.CreateBounded<ArraySegment<byte>>(new BoundedChannelOptions(MaxWrites) { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _isConsumed = new(0, 1);
    private readonly CancellationTokenSource _ended;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Received _received;
    private volatile bool _isEnding; // what still comes is of no interest
    private byte[] _buffer = new byte[FirstBufferBytes]; // the reader's, and from Received until it is let go on the loop's
    private int _filled;

    // Loop only.
    private int _writesRunning;
    private bool _isPaused;
    private bool _isReaderWaiting;
    private bool _hasUnread;

    public RelayedConnection(BrokerCore core, Listener listener, Mailbox mailbox, WebSocket socket, RelayedClient client, TimeProvider time)
        : base(core, listener)
    {
        (_mailbox, _socket) = (mailbox, socket);
        _ended = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _client = client;
        RemoteEndPoint = client.Remote?.ToString() ?? "unix";
        _received = new Received(this);
    }

    public override string RemoteEndPoint { get; }

    public override IPAddress? RemoteAddress => _client.Remote?.Address;

    public override X509Certificate2? PeerCertificate => _client.Certificate;

    public override IReadOnlyList<X509Certificate2> PeerIntermediates => _client.Intermediates;

    public override object? Authenticated => _client.Authenticated;

    public override bool IsEncrypted => _client.IsEncrypted;

    public override string ListenerName => _client.ListenerName ?? base.ListenerName;

    public override bool MayBeAnonymous => _client.MayBeAnonymous && base.MayBeAnonymous;

    public override void ReceiveHeld() => GoOn();

    protected override bool IsBlocked => _writesRunning == MaxWrites;

    /// <summary>Any thread, once the core has accepted it. Completes when the WebSocket has ended.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var registration = stopping.UnsafeRegister(static state => ((RelayedConnection)state!)._mailbox.Post(new Stopping((RelayedConnection)state!)), this);
        var writing = WriteAsync();
        await ReadAsync();
        await writing;
        await _closed.Task;
    }

    /// <summary>After <see cref="RunAsync"/>, or instead of it.</summary>
    public void Dispose()
    {
        _ended.Dispose();
        _isConsumed.Dispose();
    }

    protected override void PauseReading() => _isPaused = true;

    protected override void ResumeReading()
    {
        _isPaused = false;
        GoOn();
    }

    protected override void Flush()
    {
        while (UnsentBytes > 0 && !IsBlocked)
        {
            var length = WholePackets(Unsent);
            var bytes = ArrayPool<byte>.Shared.Rent(length); // the writer gives it back
            Unsent[..length].CopyTo(bytes);
            _writesRunning++;
            _writes.Writer.TryWrite(new ArraySegment<byte>(bytes, 0, length)); // there is room, as it counts to MaxWrites too
            Sent(length);
        }
    }

    protected override void CloseTransport()
    {
        _isEnding = true;
        _writes.Writer.TryComplete();
        _ended.CancelAfter(s_closeLimit);
        LetReaderGo();
        _closed.TrySetResult();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), _ended.Token);
                if (result.MessageType == WebSocketMessageType.Text)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.InvalidMessageType, null, _ended.Token); // [MQTT-6.0.0-1]
                    break;
                }

                if (result.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                if (_isEnding)
                {
                    continue; // until the peer closes too, or the time for it is over
                }

                _filled += result.Count;
                _mailbox.Post(_received);
                await _isConsumed.WaitAsync(_ended.Token);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The peer is gone, or we are: either way there is nothing more to read.
        }

        _mailbox.Post(new Lost(this));
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var bytes in _writes.Reader.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    for (var rest = bytes.AsMemory(); rest.Length > 0;)
                    {
                        var packet = rest[..FirstPacket(rest.Span)]; // each in a frame of its own: see SocketConnection.WebSocket
                        await _socket.SendAsync(packet, WebSocketMessageType.Binary, endOfMessage: true, _ended.Token);
                        rest = rest[packet.Length..];
                    }
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(bytes.Array!);
                }

                _mailbox.Post(new Written(this));
            }

            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _ended.Token);
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            _mailbox.Post(new Lost(this));
        }
    }

    private static int WholePackets(ReadOnlySpan<byte> bytes)
    {
        var length = FirstPacket(bytes);
        while (length < bytes.Length && length + FirstPacket(bytes[length..]) is var longer and <= MaxWriteBytes)
        {
            length = longer;
        }

        return length;
    }

    private static int FirstPacket(ReadOnlySpan<byte> bytes)
    {
        PacketFrame.TryRead(bytes, int.MaxValue, out var packet, out _); // they are ours, and whole
        return packet.TotalBytes;
    }

    private void GoOn()
    {
        if (_hasUnread && !_isPaused && !IsHeld && !IsClosed)
        {
            Take();
            _hasUnread = IsHeld;
        }

        if (!_hasUnread && !_isPaused)
        {
            LetReaderGo();
        }
    }

    /// <summary>Consumes everything in the buffer but the start of a packet, for which it makes room.</summary>
    private void Take()
    {
        var used = Core.OnReceived(this, _buffer.AsSpan(0, _filled), out var nextPacketBytes);
        var rest = _filled - used;
        if (IsClosed)
        {
            _filled = 0;
            return;
        }

        var target = _buffer;
        if (rest == _buffer.Length && !IsHeld)
        {
            target = new byte[nextPacketBytes == 0 ? 2 * rest : Math.Min(nextPacketBytes, 2 * rest)]; // grows with what has come
        }
        else if (rest == 0 && _buffer.Length > FirstBufferBytes)
        {
            target = new byte[FirstBufferBytes];
        }

        _buffer.AsSpan(used, rest).CopyTo(target);
        (_buffer, _filled) = (target, rest);
    }

    private void LetReaderGo()
    {
        if (_isReaderWaiting)
        {
            _isReaderWaiting = false;
            _filled = IsClosed ? 0 : _filled;
            _isConsumed.Release();
        }
    }

    /// <summary>Any thread, when the loop has ended without closing this connection.</summary>
    private void EndWithoutLoop()
    {
        _isEnding = true;
        _writes.Writer.TryComplete();
        _ended.CancelAfter(TimeSpan.Zero);
        _closed.TrySetResult();
    }

    private sealed class Received(RelayedConnection connection) : Letter
    {
        public override void Open()
        {
            connection._isReaderWaiting = true;
            connection._hasUnread = !connection.IsClosed;
            connection.GoOn();
        }

        public override void Refuse() => connection.EndWithoutLoop();
    }

    private sealed class Written(RelayedConnection connection) : Letter
    {
        public override void Open()
        {
            connection._writesRunning--;
            if (connection.IsClosed)
            {
                return;
            }

            connection.MarkDirty();
            if (!connection.IsCongested)
            {
                connection.Core.OnWritable(connection);
            }
        }

        public override void Refuse()
        {
        }
    }

    /// <summary>The HTTP server goes.</summary>
    private sealed class Stopping(RelayedConnection connection) : Letter
    {
        public override void Open() => connection.Core.OnServerStops(connection);

        public override void Refuse() => connection.EndWithoutLoop();
    }

    /// <summary>There is no peer any more.</summary>
    private sealed class Lost(RelayedConnection connection) : Letter
    {
        public override void Open() => connection.Core.OnConnectionLost(connection);

        public override void Refuse() => connection.EndWithoutLoop();
    }
}
