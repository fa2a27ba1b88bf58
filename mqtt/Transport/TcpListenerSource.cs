using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Transport;

/// <summary>Accepts TCP connections on the loop.</summary>
internal sealed unsafe class TcpListenerSource : Timed, IEventSource, IDisposable
{
    private const int MaxAcceptsPerTurn = 64; // others wait no longer than one turn of these
    private const int Backlog = 4096;
    private const int PauseSeconds = 1;
    private const int MaxAddressBytes = 128; // sockaddr_storage

    private readonly BrokerCore _core;
    private readonly EventLoop _loop;
    private readonly ReceiveBuffer _receive;
    private readonly MqttListenerOptions _options;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly Listener _listener;
    private ulong _tag;

    private TcpListenerSource(BrokerCore core, EventLoop loop, ReceiveBuffer receive, MqttListenerOptions options, Socket socket, ILogger logger)
    {
        _core = core;
        _loop = loop;
        _receive = receive;
        _options = options;
        _socket = socket;
        _logger = logger;
        _descriptor = (int)socket.Handle;
        _listener = new Listener(options, core.Limits);
    }

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Binds; nothing is accepted before <see cref="Start"/>. Any thread.</summary>
    /// <exception cref="MqttListenerException">The address is in use, not of this machine, or not permitted.</exception>
    public static TcpListenerSource Bind(BrokerCore core, EventLoop loop, ReceiveBuffer receive, MqttListenerOptions options, ILogger logger)
    {
        var address = IPAddress.Parse(options.Address);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Accepted sockets inherit it. Without it a small PUBLISH waits for the acknowledgement of the last.
            socket.NoDelay = true;
            socket.Blocking = false;
            socket.Bind(new IPEndPoint(address, options.Port));
            socket.Listen(Backlog);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw MqttListenerException.From(options, exception);
        }

        return new TcpListenerSource(core, loop, receive, options, socket, logger);
    }

    public void Start()
    {
        _tag = _loop.Epoll.Add(_descriptor, this, Libc.EpollIn);
        Log.Listening(_logger, LocalEndPoint.Address.ToString(), LocalEndPoint.Port);
    }

    public void OnReady(int events)
    {
        var address = stackalloc byte[MaxAddressBytes];
        for (var i = 0; i < MaxAcceptsPerTurn; i++)
        {
            var length = MaxAddressBytes;
            var descriptor = Libc.Accept(_descriptor, address, &length);
            if (descriptor < 0)
            {
                HandleAcceptError(Libc.LastError);
                return;
            }

            Take(descriptor, ToEndPoint(new ReadOnlySpan<byte>(address, length)));
        }
    }

    /// <summary>The pause is over.</summary>
    public override void OnDue(long now) => _loop.Epoll.Change(_descriptor, _tag, Libc.EpollIn);

    /// <summary>On the loop: nothing is accepted any more.</summary>
    public void Dispose()
    {
        _loop.Timers.Cancel(this);
        _loop.Epoll.Remove(_descriptor, _tag);
        _socket.Dispose();
    }

    /// <summary>Instead of <see cref="Start"/>. Any thread.</summary>
    public void Abandon() => _socket.Dispose();

    private void Take(int descriptor, IPEndPoint remote)
    {
        var connection = new TcpConnection(_core, descriptor, _loop.Epoll, _receive, remote, _listener);
        if (!_core.OnAccepted(connection))
        {
            connection.Close();
        }
    }

    private void HandleAcceptError(int error)
    {
        if (error is Libc.ErrorAgain or Libc.ErrorInterrupted or Libc.ErrorConnectionAborted)
        {
            return;
        }

        // Out of descriptors or memory: the listener stays ready, and asking again at once would only burn a core.
        var reason = error is Libc.ErrorProcessFiles or Libc.ErrorSystemFiles
            ? "the limit of open files is reached (raise LimitNOFILE, or lower limits: max-connections)"
            : $"accept failed with error {error}";
        Log.AcceptingPaused(_logger, _options.Address, LocalEndPoint.Port, PauseSeconds, reason);
        _loop.Epoll.Change(_descriptor, _tag, 0);
        _loop.Timers.Set(this, _loop.Clock.Now + (PauseSeconds * 1000));
    }

    /// <summary>From <c>struct sockaddr_in</c> or <c>sockaddr_in6</c>: family, port (big-endian), and the address at 4 or 8.</summary>
    private static IPEndPoint ToEndPoint(ReadOnlySpan<byte> address)
    {
        var port = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return address.Length >= 24 ? new IPEndPoint(new IPAddress(address.Slice(8, 16)), port) : new IPEndPoint(new IPAddress(address.Slice(4, 4)), port);
    }
}
