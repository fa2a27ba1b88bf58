using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Mqtt.Transport;
using Roost.Mqtt.Transport.Tls;
using Roost.Mqtt.Transport.WebSockets;
using Roost.Storage;

namespace Roost.Mqtt;

/// <summary>
/// The MQTT broker: 3.1.1 and 5.0 over TCP and unix sockets, with TLS and WebSocket, and <see cref="IMqttBroker"/> for readers and publishers in this process.
/// Start it, let the rooms subscribe, then open the listeners; no client comes before its readers are there.
/// </summary>
public sealed class MqttBroker : IMqttBroker, IAsyncDisposable
{
    private readonly MqttOptions _options;
    private readonly ILogger<MqttBroker> _logger;
    private readonly EventLoop _loop;
    private readonly ISessionJournal _journal;
    private readonly BrokerCore _core;
    private readonly ReceiveBuffer _receive = new();
    private readonly TimeProvider _time;
    private readonly ITlsSource? _tls;
    private readonly HandshakePool _handshakes = new();
    private readonly Listener _relayed; // of what another server has accepted
    private readonly List<ListenerSource> _listeners = [];
    private readonly TaskCompletionSource _loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _takesRelayed; // loop only
    private bool _isStarted;
    private bool _isStopped;
    private bool _isDisposed;

    public MqttBroker(IOptions<MqttOptions> options, TimeProvider clock, MqttMetrics metrics, StorageMetrics storageMetrics, ILogger<MqttBroker> logger,
        IEnumerable<IEnhancedAuthenticator> methods, IClientAuthenticator? authenticator = null,
        IEnumerable<IConnectionObserver>? observers = null, ITlsSource? tls = null)
    {
        _options = options.Value;
        _logger = logger;
        _time = clock;
        _tls = tls;
        _loop = new EventLoop(clock);
        var counters = new BrokerCounters();
        _journal = _options.Folder is null
            ? new MemoryJournal()
            : new LogJournal(_options, clock, _loop.Clock, _loop.Mailbox.Wake, storageMetrics, logger);
        _core = new BrokerCore(_options.Limits, _journal, _loop.Clock, _loop.Timers, _loop.Mailbox, counters, logger)
        {
            ResponseTopicPrefix = _options.ResponseTopicPrefix,
            StatusInterval = _options.SysInterval,
            Hooks = new ClientHooks(authenticator, methods.ToDictionary(static method => method.Method, StringComparer.Ordinal)) { Observers = [.. observers ?? []] },
        };
        _relayed = new Listener(_options.Http.AmongListeners(_options.Listeners), _options.Limits);
        _loop.EndOfTurn = _core.EndTurn;
        metrics.Observe(counters);
    }

    /// <summary>Completes when the loop has ended: after <see cref="StopAsync"/>, or with its fault, after which the process should end.</summary>
    public Task Completion => _loopEnded.Task;

    /// <summary>Null: the journal takes what has to be kept, or there is none.</summary>
    public MqttJournalFault? JournalFault => _journal.Fault;

    /// <summary>Restores sessions and retained messages, and starts the loop. No client can connect yet.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _loop.Clock.Update();
        _core.Restore();
        _isStarted = true;
        new Thread(RunLoop) { IsBackground = true, Name = "mqtt loop" }.Start();
        return Task.CompletedTask;
    }

    /// <returns>The listeners in the order of the options; ports that were 0 are those that the system chose.</returns>
    /// <exception cref="MqttListenerException">One could not be opened. None of them is open then.</exception>
    public async Task<IReadOnlyList<MqttOpenListener>> OpenListenersAsync(CancellationToken cancellationToken = default)
    {
        var listeners = new List<ListenerSource>();
        try
        {
            foreach (var options in _options.Listeners)
            {
                listeners.Add(ListenerSource.Bind(_core, _loop, _receive, _handshakes, options, _tls, _time, _logger));
            }
        }
        catch (MqttListenerException)
        {
            listeners.ForEach(static listener => listener.Abandon());
            throw;
        }

        await OnLoopAsync(() =>
        {
            listeners.ForEach(static listener => listener.Start());
            _listeners.AddRange(listeners);
            _takesRelayed = true;
            return true;
        }).WaitAsync(cancellationToken);
        return [.. listeners.Select(static listener => listener.Description)];
    }

    /// <summary>The subprotocol of WebSocket that is MQTT, of those that a client offers; null when none is.</summary>
    public static string? ChooseSubprotocol(IEnumerable<string> offered) => UpgradeRequest.ChooseSubprotocol(offered);

    /// <summary>
    /// Serves a client whose WebSocket an HTTP server has accepted, with the subprotocol of <see cref="ChooseSubprotocol"/>. The server has
    /// decided that the client may come; what it may do here, <see cref="MqttOptions.Http"/> says.
    /// </summary>
    /// <param name="stopping">The HTTP server stops: the client is told as when the broker does.</param>
    /// <returns>Completes when the connection has ended. The caller disposes of the socket.</returns>
    public async Task ServeAsync(WebSocket socket, RelayedClient client, CancellationToken stopping = default)
    {
        using var connection = new RelayedConnection(_core, _relayed, _loop.Mailbox, socket, client, _time);
        if (await OnLoopAsync(() => _takesRelayed && _core.OnAccepted(connection)))
        {
            await connection.RunAsync(stopping);
        }
        else
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "there are too many connections, or the broker stops", stopping);
        }
    }

    /// <summary>
    /// Closes the listeners and tells the clients, while readers within the process go on: the first step of an orderly stop, so that
    /// no message is acknowledged whose readers have gone. <see cref="StopAsync"/> does it too.
    /// </summary>
    public async Task CloseListenersAsync()
    {
        try
        {
            await OnLoopAsync(() =>
            {
                _listeners.ForEach(static listener => listener.Dispose());
                _listeners.Clear();
                _takesRelayed = false;
                _core.DisconnectAll();
                return true;
            });
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended before: Completion says why, and nobody is served any more.
        }
    }

    /// <summary>Closes the listeners, tells the clients, waits for what is being written down, and ends the loop.</summary>
    /// <param name="cancellationToken">Ends the waiting: what was not durable by then was not acknowledged either.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (!_isStarted || _isStopped)
        {
            return;
        }

        _isStopped = true;
        try
        {
            await CloseListenersAsync().WaitAsync(cancellationToken);
            _journal.EndGathering();
            await FinishWritingAsync().WaitAsync(cancellationToken);
        }
        finally
        {
            _loop.Stop();
        }

        await Task.WhenAny(_loopEnded.Task).WaitAsync(cancellationToken); // its fault is told by Completion: the journal is closed all the same
        await _journal.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return; // a container that knows the broker by two types disposes of it twice
        }

        _isDisposed = true;
        await StopAsync();
        if (_isStarted)
        {
            await Task.WhenAny(_loopEnded.Task); // a stop that was given up may have left it in its last turn
        }

        await _journal.DisposeAsync();
        _loop.Dispose();
        _receive.Dispose();
    }

    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var publication = new LocalPublication(_core) { Message = message };
        Post(publication);
        return publication.Completion;
    }

    public async ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default)
    {
        var subscription = await OnLoopAsync(() => _core.AddReader(filter, handler)).WaitAsync(cancellationToken);
        return new ReaderSubscription(this, subscription);
    }

    public Task<BrokerStatistics> GetStatisticsAsync() => OnLoopAsync(_core.DescribeBroker);

    public Task<DropReport> GetDropsAsync() => OnLoopAsync(_core.DescribeDrops);

    /// <summary>Sessions, of clients that are here and of clients that are away, by client identifier.</summary>
    public Task<IReadOnlyList<ClientDescription>> ListClientsAsync(ClientQuery? query = null) => OnLoopAsync(() => _core.ListClients(query ?? new ClientQuery()));

    /// <returns>Null: there is no such session.</returns>
    public Task<ClientDetails?> FindClientAsync(string clientIdentifier) => OnLoopAsync(() => _core.FindClient(clientIdentifier));

    /// <summary>Closes a client's connection; its will is published.</summary>
    /// <param name="endSession">Its session ends too, also that of a client that is away. Else it stays as long as it is to.</param>
    /// <param name="withoutWill">Its will is forgotten instead, also one that was to be published later.</param>
    /// <returns>False: no such client is connected, or has a session that could be ended.</returns>
    public Task<bool> DisconnectClientAsync(string clientIdentifier, bool endSession = false, bool withoutWill = false, ReasonCode reasonCode = ReasonCode.AdministrativeAction) =>
        OnLoopAsync(() => _core.DisconnectClient(clientIdentifier, endSession, withoutWill, reasonCode));

    /// <summary>Closes this connection of a client, and no other that may have its client identifier by now; its will is forgotten.</summary>
    /// <returns>False: it is no longer here.</returns>
    public Task<bool> DisconnectClientAsync(ConnectedClient client, ReasonCode reasonCode = ReasonCode.AdministrativeAction) =>
        OnLoopAsync(() => _core.DisconnectClient(client, reasonCode));

    /// <summary>The retained messages whose topics match, by the bytes of the topic.</summary>
    /// <param name="filter">Null: all, also those whose topics begin with $.</param>
    /// <param name="after">Only those behind this topic.</param>
    public async Task<IReadOnlyList<RetainedMessage>> FindRetainedAsync(TopicFilter? filter, TopicName? after = null, int count = int.MaxValue)
    {
        var (matches, now) = await OnLoopAsync(() => _core.MatchRetained(filter));
        var last = Encoding.UTF8.GetBytes(after?.Value ?? "");
        return [.. matches.Where(message => !message.HasExpired(now) && message.Topic.AsSpan().SequenceCompareTo(last) > 0)
            .Order(Comparer<StoredMessage>.Create(static (one, other) => one.Topic.AsSpan().SequenceCompareTo(other.Topic)))
            .Take(count)
            .Select(message => BrokerCore.Describe(message, now))];
    }

    /// <summary>Takes the retained messages away whose topics match; subscribers are not told.</summary>
    /// <returns>How many there were; none of them comes back after a restart.</returns>
    /// <exception cref="MqttPublishRefusedException">The journal could not write it down.</exception>
    public async Task<int> RemoveRetainedAsync(TopicFilter filter, CancellationToken cancellationToken = default)
    {
        for (var removed = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var removal = new RetainedRemoval(_core, filter);
            Post(removal);
            await removal.Completion;
            removed += removal.Removed;
            if (removal.Removed < RetainedRemoval.MaxTopics)
            {
                return removed;
            }
        }
    }

    /// <summary>
    /// All sessions of an identity go on with <paramref name="policy"/> (null: they may do everything). Subscriptions and wills that it does not
    /// allow are taken from them, and a client that lost a subscription is disconnected with 0x87, so that it asks again.
    /// </summary>
    /// <returns>Sessions that it applies to.</returns>
    public Task<int> UpdatePolicyAsync(string identity, IClientPolicy? policy) => OnLoopAsync(() => _core.UpdatePolicy(identity, policy));

    /// <summary>
    /// Each client of <paramref name="subject"/> that is here goes on with a policy of its own, as with <see cref="UpdatePolicyAsync"/>. Who is away gets his
    /// when he comes back; a will that he has left and may no longer publish is forgotten at once. After a restart the broker knows only identity, credential and client
    /// identifier of such clients, and asks with those.
    /// </summary>
    /// <param name="subject">An identity or a credential; null: all clients that have one.</param>
    /// <param name="compile">Called on the broker's loop, and for clients on their way in later too: it answers at once, by what it knows then. Null: it may do everything.</param>
    /// <returns>Clients that it was called for.</returns>
    public async Task<int> UpdatePoliciesAsync(string? subject, Func<ConnectedClient, IClientPolicy?> compile)
    {
        const int AtOnce = 16; // others wait no longer than for these
        var sessions = await OnLoopAsync(() => _core.BeginPolicies(subject, compile));
        for (var done = 0; done < sessions.Length; done += AtOnce)
        {
            var first = done;
            await OnLoopAsync(() =>
            {
                _core.UpdatePolicies(sessions.AsSpan(first, Math.Min(AtOnce, sessions.Length - first)), compile);
                return true;
            });
        }

        return sessions.Length;
    }

    /// <summary>
    /// Closes the connections of a credential that holds no longer; MQTT 5 clients are told <paramref name="reasonCode"/>. Its wills are not published: whoever
    /// has it has nothing more to say.
    /// </summary>
    /// <param name="credential">Or an identity, all of whose credentials are meant.</param>
    /// <returns>Connections that were closed.</returns>
    public Task<int> DisconnectCredentialAsync(string credential, ReasonCode reasonCode = ReasonCode.NotAuthorized) =>
        OnLoopAsync(() => _core.DisconnectCredential(credential, reasonCode));

    /// <summary>Closes the connections of an identity that is no longer let in; MQTT 5 clients are told <paramref name="reasonCode"/>.</summary>
    /// <returns>Connections that were closed.</returns>
    public Task<int> DisconnectIdentityAsync(string identity, ReasonCode reasonCode = ReasonCode.NotAuthorized) =>
        OnLoopAsync(() => _core.DisconnectIdentity(identity, reasonCode));

    /// <summary>Ends the loop's wait, so that it looks at the clock: for tests whose clock moves by hand.</summary>
    internal Task TurnAsync() => OnLoopAsync(static () => true);

    /// <summary>Looks at the broker's state on its loop: for tests that compare it with what a restart would find.</summary>
    internal Task<T> InspectAsync<T>(Func<BrokerCore, T> look) => OnLoopAsync(() => look(_core));

    /// <summary>Publishers within the process learn what has become of their messages before the loop, which would tell them, ends.</summary>
    private async Task FinishWritingAsync()
    {
        try
        {
            await await OnLoopAsync(_core.WhenDecidedAsync);
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended before, and has told them that nobody knows.
        }
    }

    private Task<T> OnLoopAsync<T>(Func<T> work)
    {
        var letter = new ActionLetter<T>(work);
        Post(letter);
        return letter.Done;
    }

    private void Post(Letter letter)
    {
        ObjectDisposedException.ThrowIf(_loopEnded.Task.IsCompleted, this);
        _loop.Mailbox.Post(letter);
    }

    private void RunLoop()
    {
        try
        {
            _loop.Run();
            RefuseWaiting();
            _loopEnded.SetResult();
        }
        catch (Exception exception) // the outer edge of the thread
        {
            Log.LoopFailed(_logger, exception);
            RefuseWaiting();
            _loopEnded.SetException(exception);
        }
    }

    private void RefuseWaiting()
    {
        _loop.Mailbox.Close();
        _core.RefuseWaiting();
    }

    private sealed class ReaderSubscription(MqttBroker broker, Subscription subscription) : IAsyncDisposable
    {
        private bool _isDisposed;

        public async ValueTask DisposeAsync()
        {
            if (_isDisposed || broker._loopEnded.Task.IsCompleted)
            {
                return;
            }

            _isDisposed = true;
            await broker.OnLoopAsync(() =>
            {
                broker._core.RemoveReader(subscription);
                return true;
            });
        }
    }
}
