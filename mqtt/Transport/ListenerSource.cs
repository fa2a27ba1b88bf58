using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Transport.Tls;

namespace Roost.Mqtt.Transport;

/// <summary>Accepts connections of one listener on the loop.</summary>
internal sealed unsafe class ListenerSource : Timed, IEventSource, IDisposable
{
    private const int MaxAcceptsPerTurn = 64; // others wait no longer than one turn of these
    private const int PauseSeconds = 1;
    private const int MaxAddressBytes = 128; // sockaddr_storage

    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private ulong _tag;

    private ListenerSource(BrokerCore core, EventLoop loop, ReceiveBuffer receive, HandshakePool handshakes, TlsCertificates? certificates, MqttListenerOptions options, Socket socket, ILogger logger)
    {
        Core = core;
        Loop = loop;
        Receive = receive;
        Handshakes = handshakes;
        Certificates = certificates;
        _socket = socket;
        _logger = logger;
        _descriptor = (int)socket.Handle;
        Description = new MqttOpenListener(options.Protocol, socket.LocalEndPoint!, options.Websocket ? options.Path : "", options.Name);
        Listener = new Listener(options, core.Limits) { Title = options.Name ?? Description.ToString() };
    }

    public BrokerCore Core { get; }

    public EventLoop Loop { get; }

    public ReceiveBuffer Receive { get; }

    public HandshakePool Handshakes { get; }

    /// <summary>Null without TLS.</summary>
    public TlsCertificates? Certificates { get; }

    public Listener Listener { get; }

    public MqttOpenListener Description { get; }

    /// <summary>Binds; nothing is accepted before <see cref="Start"/>. Any thread.</summary>
    /// <exception cref="MqttListenerException">The address is in use, not of this machine, or not permitted, or a file of its TLS cannot be used.</exception>
    public static ListenerSource Bind(BrokerCore core, EventLoop loop, ReceiveBuffer receive, HandshakePool handshakes, MqttListenerOptions options, ITlsSource? source, TimeProvider time, ILogger logger)
    {
        TlsCertificates? certificates = null;
        try
        {
            certificates = options.Tls is null ? null : TlsCertificates.Load(options.Tls, source, time, logger);
            var socket = options.Socket is { } path ? ListeningSocket.BindUnix(path) : ListeningSocket.BindTcp(IPAddress.Parse(options.Address), options.Port);
            return new ListenerSource(core, loop, receive, handshakes, certificates, options, socket, logger);
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException or TlsContextException)
        {
            certificates?.Dispose();
            throw MqttListenerException.From(options, exception);
        }
    }

    public void Start()
    {
        _tag = Loop.Epoll.Add(_descriptor, this, Libc.EpollIn);
        Log.Listening(_logger, Description.Protocol, Description.Address, Description.Name is { } name ? $" ({name})" : "");
        if (Listener.Options is { PasswordsInClear: true, Tls: null })
        {
            Log.PasswordsInClear(_logger, Listener.Title);
        }
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

            Take(descriptor, Listener.Options.Socket is null ? ToEndPoint(new ReadOnlySpan<byte>(address, length)) : PeerOf(descriptor));
        }
    }

    /// <summary>The pause is over.</summary>
    public override void OnDue(long now) => Loop.Epoll.Change(_descriptor, _tag, Libc.EpollIn);

    /// <summary>On the loop: nothing is accepted any more.</summary>
    public void Dispose()
    {
        Loop.Timers.Cancel(this);
        Loop.Epoll.Remove(_descriptor, _tag);
        Abandon();
    }

    /// <summary>Instead of <see cref="Start"/>. Any thread.</summary>
    public void Abandon() => _socket.Dispose(); // which removes the file of a unix socket, too

    private void Take(int descriptor, EndPoint remote)
    {
        var connection = new SocketConnection(this, descriptor, remote);
        if (!Core.OnAccepted(connection))
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
        Log.AcceptingPaused(_logger, Listener.Title, PauseSeconds, reason);
        Loop.Epoll.Change(_descriptor, _tag, 0);
        Loop.Timers.Set(this, Loop.Clock.Now + (PauseSeconds * 1000));
    }

    private static UnixPeerEndPoint PeerOf(int descriptor)
    {
        var (process, user, group) = Libc.PeerOf(descriptor);
        return new UnixPeerEndPoint(new UnixPeer(process, user, group));
    }

    /// <summary>From <c>struct sockaddr_in</c> or <c>sockaddr_in6</c>: family, port (big-endian), and the address at 4 or 8.</summary>
    private static IPEndPoint ToEndPoint(ReadOnlySpan<byte> address)
    {
        var port = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return address.Length >= 24 ? new IPEndPoint(new IPAddress(address.Slice(8, 16)), port) : new IPEndPoint(new IPAddress(address.Slice(4, 4)), port);
    }
}
