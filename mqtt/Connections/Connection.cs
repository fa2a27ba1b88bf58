using System.Net;
using System.Security.Cryptography.X509Certificates;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Connections;

/// <summary>
/// One network connection as the broker's core sees it: where bytes go, and what holds for this connection only. How the bytes travel is
/// the transport's, in a derived class. The loop's thread only.
/// </summary>
/// <remarks>Its one deadline is the connect time-out until CONNECT has come, and keep-alive from then on.</remarks>
internal abstract class Connection(BrokerCore core, Listener listener) : Timed
{
    /// <summary>Output is handed to the transport when it has grown to this within a turn, so that a burst stays in the CPU's cache.</summary>
    private const int FlushAtBytes = 64 * 1024;

    private OutputBuffer _output;
    private bool _isDirty;
    private bool _isRelieved; // was congested, and is not any more: who stopped for it goes on at the end of the turn
    private PauseReasons _paused;
    private Guid? _identifier;
    private CancellationTokenSource? _gone;

    /// <summary>Null until CONNECT was accepted, and again after the session has been parted from this connection.</summary>
    public Session? Session { get; set; }

    public MqttProtocolVersion Version { get; set; } = MqttProtocolVersion.V311;

    /// <summary>The peer is a broker: its subscriptions bring no message back that it sent, and leave RETAIN as it was.</summary>
    public bool IsBridge { get; set; }

    /// <summary>Where it came in: what the peer may ask for.</summary>
    public Listener Listener { get; } = listener;

    public bool HasConnected { get; set; }

    /// <summary>Its place among those that have sent no CONNECT; null: it has, or is of this machine.</summary>
    public LinkedListNode<Connection>? Silence { get; set; }

    public bool IsClosed { get; private set; }

    /// <summary>When the peer last sent a whole packet or a good part of one, or showed in another way that it is there, on the loop's clock.</summary>
    public long LastReceivedAt { get; set; }

    /// <summary>Bytes of a packet that was not wholly there when <see cref="LastReceivedAt"/> was last moved.</summary>
    public int UnfinishedBytes { get; set; }

    /// <summary>0: none was asked for.</summary>
    public int KeepAliveMilliseconds { get; set; }

    /// <summary>From CONNECT until CONNACK.</summary>
    public Arrival? Arrival { get; set; }

    /// <summary>Null unless CONNECT named an Authentication Method.</summary>
    public AuthenticationState? Authentication { get; set; }

    /// <summary>Of the last one that a hook was asked about this client; later ones have larger numbers.</summary>
    public long Question { get; set; }

    /// <summary>The answer to it may still come.</summary>
    public bool IsBeingAsked => Arrival is { Session: null } || Authentication is { IsIdle: false };

    /// <summary>Cancelled when the connection is closed.</summary>
    public CancellationToken Gone => (_gone ??= new CancellationTokenSource()).Token;

    /// <summary>QoS 1 and 2 messages that the peer takes at once (MQTT 5 section 3.1.2.11.3).</summary>
    public int ReceiveMaximum { get; set; } = ushort.MaxValue;

    /// <summary>The largest packet that the peer takes (MQTT 5 section 3.1.2.11.4).</summary>
    public uint MaximumPacketSize { get; set; } = uint.MaxValue;

    /// <summary>Topic Aliases towards the peer; null: it takes none, or the listener sets none.</summary>
    public OutboundAliases? OutboundAliases { get; set; }

    /// <summary>Made when the peer first publishes too fast.</summary>
    public RateTimer? RateTimer { get; set; }

    /// <summary>Reason Strings may go into every packet, not only into CONNACK and DISCONNECT (MQTT 5 section 3.1.2.11.7).</summary>
    public bool WantsReasons { get; set; } = true;

    /// <summary>Bytes of the topics in <see cref="TopicAliases"/>, which stay in memory for as long as the connection is there.</summary>
    public int AliasedTopicBytes { get; set; }

    /// <summary>Topics by the publisher's alias; made with the first one.</summary>
    public TopicRoute?[]? TopicAliases { get; set; }

    /// <summary>The topic of the last PUBLISH: most publishers repeat themselves.</summary>
    public TopicRoute? LastRoute { get; set; }

    /// <summary>PUBACKs and PUBRECs that wait for something durable, in the order of their PUBLISHes [MQTT-4.6.0-2]; made with the first.</summary>
    public Queue<PendingAcknowledgement>? PendingAcknowledgements { get; set; }

    /// <summary>From its admission on; null before.</summary>
    public ConnectedClient? Client { get; set; }

    /// <summary>Topics that it was refused and observers were told of; made with the first.</summary>
    public HashSet<string>? Denied { get; set; }

    public abstract string RemoteEndPoint { get; }

    /// <summary>Null where the peer has none: on a unix socket.</summary>
    public virtual IPAddress? RemoteAddress => null;

    /// <summary>What the peer proved to have the key of in its TLS handshake, and the listener's client CA vouches for; null: none.</summary>
    public virtual X509Certificate2? PeerCertificate => null;

    /// <summary>What it sent beside <see cref="PeerCertificate"/>, unchecked.</summary>
    public virtual IReadOnlyList<X509Certificate2> PeerIntermediates => [];

    /// <summary>Who it is, where another server has found out.</summary>
    public virtual object? Authenticated => null;

    public virtual bool IsEncrypted => Listener.Options.Tls is not null;

    /// <summary>Where it came in, by which authenticators know it.</summary>
    public virtual string ListenerName => Listener.Name;

    public virtual bool MayBeAnonymous => Listener.AllowsAnonymous;

    /// <summary>Of the process at the other end of a unix socket; null elsewhere.</summary>
    public virtual UnixPeer? UnixPeer => null;

    /// <summary>The peer reads too slowly: QoS 0 is dropped, QoS 1 and 2 stay in the session, and no more is read from the peer.</summary>
    public bool IsCongested => _output.Length > Listener.Limits.MaxOutputBytes;

    /// <summary>It is we who keep the peer from being heard, whatever it does.</summary>
    public bool IsPausedByUs => (_paused & PauseReasons.Ours) != PauseReasons.None;

    /// <summary>Not even what has been read already may be handled: see <see cref="ReceiveHeld"/>.</summary>
    public bool IsHeld => (_paused & PauseReasons.Holding) != PauseReasons.None;

    /// <summary>Queues that have to drain before more is read: see <see cref="PauseReasons.Receiver"/>.</summary>
    public int AwaitedReceivers { get; set; }

    /// <summary>When CONNECT was granted.</summary>
    public DateTimeOffset ConnectedAt { get; set; }

    /// <summary>Larger than that of every connection before.</summary>
    public long Number { get; set; }

    /// <summary>Names this connection in events; made when the first one tells of it.</summary>
    public Guid Identifier => _identifier ??= Guid.NewGuid();

    /// <summary>Of whole packets.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Taken by the transport.</summary>
    public long BytesSent { get; private set; }

    protected BrokerCore Core { get; } = core;

    public int UnsentBytes => _output.Length;

    protected ReadOnlySpan<byte> Unsent => _output.Unsent;

    /// <summary>Appends <paramref name="length"/> bytes to the output; the caller fills them all before anything else is done.</summary>
    public Span<byte> Extend(int length)
    {
        if (!_isDirty)
        {
            MarkDirty();
        }
        else if (_output.Length >= FlushAtBytes && !IsBlocked)
        {
            FlushAndNote();
        }

        Core.Counters.PacketsSent++; // every caller writes one
        return ExtendOutput(length);
    }

    public void Send(ReadOnlySpan<byte> packet) => packet.CopyTo(Extend(packet.Length));

    /// <summary>The end of a turn.</summary>
    public void FlushAtEndOfTurn()
    {
        _isDirty = false;
        if ((_output.Length > 0 || HasMoreOutput) && !IsBlocked && !IsClosed)
        {
            FlushAndNote();
        }

        if (_isRelieved && !IsCongested && !IsClosed)
        {
            _isRelieved = false;
            Core.OnWritable(this);
        }
    }

    /// <summary>Sends what is in the output as far as the peer takes it, then closes. Nothing is read any more.</summary>
    public void Close()
    {
        if (IsClosed)
        {
            return;
        }

        PrepareClose();
        if (_output.Length > 0 && !IsBlocked)
        {
            Flush();
        }

        IsClosed = true;
        Core.Timers.Cancel(this);
        if (RateTimer is not null)
        {
            Core.Timers.Cancel(RateTimer);
        }

        _output.Clear(Core.Buffers);
        CloseTransport();
    }

    /// <summary>Cancels what somebody else was asked about this connection, and what he does about that on other threads than the loop's.</summary>
    public void Withdraw()
    {
        if (_gone is { } gone)
        {
            _gone = null;
            _ = CancelAsync(gone);
        }
    }

    public override void OnDue(long now) => Core.OnConnectionDue(this, now);

    /// <summary>Until every reason is lifted, the peer is made to wait by leaving its bytes where they are.</summary>
    public void Pause(PauseReasons reason)
    {
        if (_paused == PauseReasons.None && !IsClosed)
        {
            PauseReading();
        }

        _paused |= reason;
    }

    public void Resume(PauseReasons reason)
    {
        if (_paused == reason && !IsClosed)
        {
            LastReceivedAt = Core.Now; // what it sent meanwhile lies unread
            ResumeReading();
        }

        var wasHeld = IsHeld;
        _paused &= ~reason;
        if (wasHeld && !IsHeld && !IsClosed)
        {
            Core.AddReleased(this);
        }
    }

    /// <summary>
    /// Handles what <see cref="BrokerCore.OnReceived"/> left because the connection was held. Called at the end of a turn, when it is held no
    /// more; until then the transport keeps those bytes.
    /// </summary>
    public abstract void ReceiveHeld();

    protected abstract void PauseReading();

    protected abstract void ResumeReading();

    /// <summary>The transport waits until the peer takes more.</summary>
    protected abstract bool IsBlocked { get; }

    /// <summary>Sends <see cref="Unsent"/> as far as it goes and reports it by <see cref="Sent"/>. Never closes and never throws: a dead peer is found by reading.</summary>
    protected abstract void Flush();

    /// <summary>The transport has something to say that does not lie in the output yet.</summary>
    protected virtual bool HasMoreOutput => false;

    /// <summary>The transport may add what its own protocol says at an end.</summary>
    protected virtual void PrepareClose()
    {
    }

    protected abstract void CloseTransport();

    /// <summary>The transport has something to flush at the end of the turn.</summary>
    protected void MarkDirty()
    {
        if (!_isDirty)
        {
            _isDirty = true;
            Core.AddDirty(this);
        }
    }

    /// <summary>Makes room for one packet. A transport that puts packets into frames adds its header here.</summary>
    protected virtual Span<byte> ExtendOutput(int length) => _output.Extend(length, Core.Buffers);

    /// <summary>Bytes of the transport's own behind all others; unlike <see cref="Send"/> it never flushes.</summary>
    protected void AppendOutput(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_output.Extend(bytes.Length, Core.Buffers));

    private async Task CancelAsync(CancellationTokenSource gone)
    {
        try
        {
            await gone.CancelAsync();
        }
        catch (AggregateException exception) // the outer edge of another room's code
        {
            Core.OnWithdrawalFailed(exception);
        }
        finally
        {
            gone.Dispose();
        }
    }

    private void FlushAndNote()
    {
        var wasCongested = IsCongested;
        Flush();
        _isRelieved |= wasCongested && !IsCongested;
    }

    protected void Sent(int count)
    {
        if (count > 0 && _paused != PauseReasons.None)
        {
            LastReceivedAt = Core.Now; // it is not read, but it takes: it is there
        }

        BytesSent += count;
        Core.Counters.BytesSent += count;
        _output.Sent(count, Core.Buffers);
    }

    protected void DiscardOutput() => _output.Clear(Core.Buffers);
}
