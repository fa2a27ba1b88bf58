using System.Net;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;

namespace Roost.Mqtt.Transport;

/// <summary>
/// A non-blocking TCP socket on the loop. Bytes are read into the loop's shared buffer and consumed there; only the start of a packet
/// that has not wholly arrived is carried over to the next read, in a buffer of its own.
/// </summary>
internal sealed unsafe class TcpConnection : Connection, IEventSource
{
    private readonly int _descriptor;
    private readonly Epoll _epoll;
    private readonly ReceiveBuffer _receive;
    private readonly ulong _tag;
    private readonly IPEndPoint _remote;
    private byte[]? _carried;
    private int _carriedLength;
    private int _carriedPacketBytes; // of the carried packet; 0 while its length is not known
    private bool _isPaused;
    private bool _isBlocked;

    public TcpConnection(BrokerCore core, int descriptor, Epoll epoll, ReceiveBuffer receive, IPEndPoint remote, Listener listener)
        : base(core, listener)
    {
        _descriptor = descriptor;
        _epoll = epoll;
        _receive = receive;
        _remote = remote;
        _tag = epoll.Add(descriptor, this, Libc.EpollIn);
    }

    public override string RemoteEndPoint => _remote.ToString();

    public override IPAddress RemoteAddress => _remote.Address;

    protected override bool IsBlocked => _isBlocked;

    public void OnReady(int events)
    {
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
            return; // nothing, or only the start of a packet
        }

        _carried.AsSpan(0, _carriedLength).CopyTo(_receive.Bytes);
        var length = _carriedLength;
        DropCarried();
        HandleReceived(length);
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
    }

    protected override void Flush()
    {
        while (UnsentBytes > 0)
        {
            nint sent;
            fixed (byte* unsent = Unsent)
            {
                sent = Libc.Send(_descriptor, unsent, UnsentBytes);
            }

            if (sent < 0)
            {
                HandleSendError(Libc.LastError);
                return;
            }

            Sent((int)sent);
        }
    }

    protected override void CloseTransport()
    {
        _epoll.Remove(_descriptor, _tag);
        Libc.Close(_descriptor);
        DropCarried();
    }

    private void HandleSendError(int error)
    {
        if (error is Libc.ErrorAgain or Libc.ErrorInterrupted)
        {
            _isBlocked = true; // EINTR does not happen to a non-blocking send, and would only cost one more turn
            UpdateInterest();
            return;
        }

        DiscardOutput(); // the peer is gone; epoll reports that, and OnReady says so to the core
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
        var carried = _carriedLength;
        if (_carriedPacketBytes > ReceiveBuffer.Size / 2)
        {
            ReadLargePacket();
            return;
        }

        if (carried > 0)
        {
            _carried.AsSpan(0, carried).CopyTo(_receive.Bytes);
        }

        var count = Libc.Receive(_descriptor, _receive.Pointer + carried, ReceiveBuffer.Size - carried);
        if (count <= 0)
        {
            HandleEndOrError(count);
            return;
        }

        DropCarried();
        HandleReceived(carried + (int)count);
    }

    /// <summary>What lies in the shared buffer.</summary>
    private void HandleReceived(int length)
    {
        var bytes = new ReadOnlySpan<byte>(_receive.Pointer, length);
        var consumed = Core.OnReceived(this, bytes, out var nextPacketBytes);
        if (!IsClosed && consumed < bytes.Length)
        {
            Carry(bytes[consumed..], nextPacketBytes);
        }
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

        nint count;
        fixed (byte* carried = _carried)
        {
            var room = Math.Min(_carried.Length, _carriedPacketBytes) - _carriedLength;
            count = Libc.Receive(_descriptor, carried + _carriedLength, room);
        }

        if (count <= 0)
        {
            HandleEndOrError(count);
            return;
        }

        _carriedLength += (int)count;
        if (_carriedLength == _carriedPacketBytes)
        {
            Core.OnReceived(this, _carried.AsSpan(0, _carriedLength), out _); // exactly one packet: all of it is consumed
            DropCarried();
        }
    }

    private void HandleEndOrError(nint count)
    {
        if (count == 0 || Libc.LastError is not (Libc.ErrorAgain or Libc.ErrorInterrupted))
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
        if (!IsClosed)
        {
            _epoll.Change(_descriptor, _tag, (_isPaused ? 0 : Libc.EpollIn) | (_isBlocked ? Libc.EpollOut : 0));
        }
    }
}
