using System.Net;
using System.Security.Cryptography.X509Certificates;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Transport.Tls;

namespace Roost.Mqtt.Transport;

/// <summary>
/// A non-blocking socket on the loop. Bytes are read into the loop's shared buffer and consumed there; only the start of a packet
/// that has not wholly arrived is carried over to the next read, in a buffer of its own. How a connection begins is in <c>.Opening</c>,
/// what TLS changes in <c>.Tls</c>, and WebSocket frames are in <c>.WebSocket</c>.
/// </summary>
internal sealed unsafe partial class SocketConnection : Connection, IEventSource
{
    private readonly ListenerSource _source;
    private readonly int _descriptor;
    private readonly Epoll _epoll;
    private readonly ReceiveBuffer _receive;
    private readonly ulong _tag;
    private EndPoint _remote;
    private OpeningStage _stage;
    private byte[]? _carried;
    private int _carriedLength;
    private int _carriedPacketBytes; // of the carried packet; 0 while its length is not known
    private bool _isPaused;
    private bool _isBlocked;

    public SocketConnection(ListenerSource source, int descriptor, EndPoint remote)
        : base(source.Core, source.Listener)
    {
        _source = source;
        _descriptor = descriptor;
        _epoll = source.Loop.Epoll;
        _receive = source.Receive;
        _remote = remote;
        _stage = FirstStage();
        _tag = _epoll.Add(descriptor, this, Interest);
    }

    public override string RemoteEndPoint => UnixPeer is { } peer ? $"unix: process {peer.ProcessId} of user {peer.UserId}" : _remote.ToString()!;

    public override IPAddress? RemoteAddress => (_remote as IPEndPoint)?.Address;

    public override X509Certificate2? PeerCertificate => _peerCertificate;

    public override IReadOnlyList<X509Certificate2> PeerIntermediates => _peerIntermediates;

    public override UnixPeer? UnixPeer => (_remote as UnixPeerEndPoint)?.Peer;

    protected override bool IsBlocked => _isBlocked;

    private int Interest => _stage == OpeningStage.TlsHandshake
        ? Libc.EpollIn | Libc.EpollOneShot // one event at a time: while a step runs elsewhere the loop wants to hear nothing, of errors either
        : (_isPaused ? 0 : Libc.EpollIn) | (_isBlocked ? Libc.EpollOut : 0);

    public void OnReady(int events)
    {
        if (_stage == OpeningStage.TlsHandshake)
        {
            ContinueHandshake();
            return;
        }

        if ((events & Libc.EpollOut) != 0)
        {
            Unblock();
        }

        if ((events & Libc.EpollIn) != 0 && !_isPaused)
        {
            Read();
        }
        else if ((events & (Libc.EpollError | Libc.EpollHangUp)) != 0)
        {
            Core.OnConnectionLost(this);
        }
    }

    public override void ReceiveHeld()
    {
        if (_carriedLength == 0 || _carriedPacketBytes > 0)
        {
            EndWebSocketIfAsked();
            return; // nothing, or only the start of a packet
        }

        _carried.AsSpan(0, _carriedLength).CopyTo(_receive.Bytes);
        var bytes = new Span<byte>(_receive.Pointer, _carriedLength);
        DropCarried();
        Deliver(bytes);
    }

    protected override void PauseReading()
    {
        _isPaused = true;
        UpdateInterest();
    }

    protected override void ResumeReading()
    {
        _isPaused = false;
        UpdateInterest();
        if (_tls is not null)
        {
            _epoll.Recall(_tag); // what it has decrypted shows on no socket
        }
    }

    protected override void Flush()
    {
        AppendPong();
        while (UnsentBytes > 0 && TrySend(UnsentBytes, out _))
        {
        }
    }

    protected override void CloseTransport()
    {
        _epoll.Remove(_descriptor, _tag);
        DropCarried();
        if (!_isStepRunning)
        {
            Release(); // else a thread of the pool is using the socket: see OnHandshakeStep
        }
    }

    /// <param name="length">Of <see cref="Connection.Unsent"/>, from its start.</param>
    /// <returns>False: nothing was sent. The peer takes nothing at present, or is gone.</returns>
    private bool TrySend(int length, out int sent)
    {
        fixed (byte* unsent = Unsent)
        {
            sent = _tls is null ? SendPlain(unsent, length) : _tls.Write(unsent, length);
        }

        if (sent > 0)
        {
            Sent(sent);
            return true;
        }

        if (sent == 0)
        {
            _isBlocked = true;
            UpdateInterest();
        }
        else
        {
            DiscardOutput(); // the peer is gone; epoll reports that, and OnReady says so to the core
        }

        return false;
    }

    private int SendPlain(byte* bytes, int length)
    {
        var sent = Libc.Send(_descriptor, bytes, length);
        // EINTR does not happen to a non-blocking send, and would only cost one more turn
        return sent > 0 ? (int)sent : sent < 0 && Libc.LastError is not (Libc.ErrorAgain or Libc.ErrorInterrupted) ? -1 : 0;
    }

    private void Unblock()
    {
        _isBlocked = false;
        Flush();
        if (!_isBlocked)
        {
            UpdateInterest();
        }

        if (!IsCongested)
        {
            Core.OnWritable(this);
        }
    }

    private void Read()
    {
        if (_stage == OpeningStage.ProxyHeader)
        {
            ReadProxyHeader();
            return;
        }

        if (_carriedPacketBytes > ReceiveBuffer.Size / 2)
        {
            ReadLargePacket();
            return;
        }

        var carried = _carriedLength;
        if (carried > 0)
        {
            _carried.AsSpan(0, carried).CopyTo(_receive.Bytes);
        }

        var count = Receive(_receive.Pointer + carried, Math.Min(ReceiveBuffer.Size - carried, Listener.MostToRead));
        if (count <= 0)
        {
            CloseIfEnded(count);
            return;
        }

        var bytes = new Span<byte>(_receive.Pointer, carried + count);
        if (_web is not null)
        {
            bytes = bytes[..(carried + Unframe(bytes[carried..]))];
        }

        DropCarried();
        if (_stage == OpeningStage.Open || TakeOpening(ref bytes))
        {
            Deliver(bytes);
        }
    }

    private void Deliver(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            var consumed = Core.OnReceived(this, bytes, out var nextPacketBytes);
            if (!IsClosed && consumed < bytes.Length)
            {
                Carry(bytes[consumed..], nextPacketBytes);
            }
        }

        EndWebSocketIfAsked();
    }

    /// <summary>A packet over half of the shared buffer collects in its own, which grows with what has come and not with what was announced.</summary>
    private void ReadLargePacket()
    {
        if (_carriedLength == _carried!.Length)
        {
            var larger = Core.Buffers.Rent((int)Math.Min(_carriedPacketBytes, 2L * _carriedLength));
            _carried.AsSpan(0, _carriedLength).CopyTo(larger);
            Core.Buffers.Return(_carried);
            _carried = larger;
        }

        int count;
        fixed (byte* carried = _carried)
        {
            var room = Math.Min(_carried.Length, _carriedPacketBytes) - _carriedLength;
            count = Receive(carried + _carriedLength, room);
        }

        if (count <= 0)
        {
            CloseIfEnded(count);
            return;
        }

        _carriedLength += _web is null ? count : Unframe(_carried.AsSpan(_carriedLength, count));
        if (_carriedLength == _carriedPacketBytes)
        {
            Core.OnReceived(this, _carried.AsSpan(0, _carriedLength), out _); // exactly one packet: all of it is consumed
            DropCarried();
        }

        EndWebSocketIfAsked();
    }

    /// <returns>Bytes received; 0 when there will be none any more, -1 when there are none at present.</returns>
    private int Receive(byte* buffer, int room)
    {
        if (_tls is not null)
        {
            return ReceiveDecrypted(buffer, room);
        }

        var count = (int)Libc.Receive(_descriptor, buffer, room);
        return count >= 0 ? count : Libc.LastError is Libc.ErrorAgain or Libc.ErrorInterrupted ? -1 : 0;
    }

    private void CloseIfEnded(int count)
    {
        if (count == 0)
        {
            Core.OnConnectionLost(this);
        }
    }

    private void Carry(ReadOnlySpan<byte> rest, int packetBytes)
    {
        _carried = Core.Buffers.Rent(rest.Length);
        rest.CopyTo(_carried);
        _carriedLength = rest.Length;
        _carriedPacketBytes = packetBytes;
    }

    private void DropCarried()
    {
        if (_carried is not null)
        {
            Core.Buffers.Return(_carried);
            _carried = null;
            _carriedLength = 0;
            _carriedPacketBytes = 0;
        }
    }

    private void UpdateInterest()
    {
        if (!IsClosed && !_isStepRunning)
        {
            _epoll.Change(_descriptor, _tag, Interest);
        }
    }
}
