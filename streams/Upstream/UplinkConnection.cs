using System.Collections.Immutable;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Upstream;

/// <summary>One connection of the uplink, from CONNACK to its end. What is unacknowledged when it ends is its users' to send again.</summary>
internal sealed class UplinkConnection : IUplinkConnection, IAsyncDisposable
{
    private readonly MqttClient _client;
    private readonly string _endpoint;
    private readonly CancellationTokenSource _lost = new(); // never disposed of: it has no timer, and a disposed one would not cancel any more
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Action<MqttMessage>> _receivers = [];
    private volatile bool _useful;
    private volatile bool _hungUp;

    private UplinkConnection(MqttClient client, string endpoint, Func<MqttReceivedMessage, CancellationToken, ValueTask>? incoming)
    {
        _client = client;
        _endpoint = endpoint;
        Lost = _lost.Token;
        client.ConnectionChanged += OnChanged;
        client.MessageHandler = (message, closing) =>
        {
            foreach (var receiver in _receivers)
            {
                receiver(message.Message);
            }

            return incoming?.Invoke(message, closing) ?? ValueTask.CompletedTask;
        };
    }

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Completes with the reason, in words, when the connection has ended.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Completes when the uplink has taken notice of the end: who asks it from then on waits for the next connection.</summary>
    public Task Released => _released.Task;

    /// <summary>The server ended the connection, perhaps over something it was sent.</summary>
    public bool HungUp => _hungUp;

    /// <summary>How far what was sent has come.</summary>
    public MqttUpload Upload => _client.Upload;

    /// <summary>Held by the one export that tries a suspect record on this connection: which of two ended it could not be told.</summary>
    public SemaphoreSlim Trial { get; } = new(1);

    /// <summary>Which session it is: where, and whose.</summary>
    public string Session => $"{_endpoint} as {_client.ClientIdentifier}";

    /// <summary>The server still had our session.</summary>
    public bool SessionPresent => Server.SessionPresent;

    /// <summary>What the server said of itself.</summary>
    public MqttServerProperties Server { get; private set; } = new();

    /// <summary>Something was acknowledged: a server that accepts and throws us out at once is not useful.</summary>
    public bool WasUseful => _useful;

    /// <param name="incoming">Takes messages from the first on, those of a session that was there included; each is acknowledged when it is done.</param>
    /// <exception cref="MqttConnectionException">There is no connection.</exception>
    public static async Task<UplinkConnection> OpenAsync(
        MqttClientOptions options, Func<MqttReceivedMessage, CancellationToken, ValueTask>? incoming, TimeProvider clock, CancellationToken cancellationToken)
    {
        var client = new MqttClient(options, clock);
        var connection = new UplinkConnection(client, $"{options.Host}:{options.Port}", incoming);
        try
        {
            await client.ConnectAsync(cancellationToken);
            connection.Server = client.Server ?? connection.Server;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends in the order of the calls; completes with the server's acknowledgement.</summary>
    /// <exception cref="MqttPublishRefusedException">The server refused this message, now or by what it announced.</exception>
    /// <exception cref="MqttConnectionException">The connection ended before the acknowledgement.</exception>
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) => _client.PublishAsync(message, cancellationToken);

    /// <inheritdoc/>
    ValueTask IUplinkConnection.PublishAsync(MqttMessage message) => PublishInTurnAsync(message, CancellationToken.None);

    /// <summary>The same, but not while an export or a bridge tries a message alone.</summary>
    /// <param name="cancellationToken">Ends the waiting, and the sending where it has not begun.</param>
    /// <exception cref="MqttPublishRefusedException">The server refused this message, now or by what it announced.</exception>
    /// <exception cref="MqttConnectionException">The connection ended before the acknowledgement.</exception>
    public async ValueTask PublishInTurnAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        // While an export tries a record alone, the end of the connection has to be that record's doing.
        try
        {
            await Trial.WaitAsync(Lost);
        }
        catch (OperationCanceledException)
        {
            throw new MqttConnectionException(_endpoint, null, await Ended);
        }

        ValueTask publishing;
        try
        {
            publishing = _client.PublishAsync(message, cancellationToken);
        }
        finally
        {
            Trial.Release(); // and not before: who waits behind must not come first
        }

        await publishing;
    }

    public void Receive(Action<MqttMessage> receiver) => ImmutableInterlocked.Update(ref _receivers, static (all, added) => all.Add(added), receiver);

    public async Task<IReadOnlyList<TopicFilter>> SubscribeAsync(IReadOnlyList<TopicFilter> filters, CancellationToken cancellationToken)
    {
        try
        {
            var results = await _client.SubscribeAsync(
                new MqttSubscribeRequest { Subscriptions = [.. filters.Select(filter => new MqttSubscription(filter))] }, cancellationToken);
            return [.. results.Filters.Where(result => result.IsRefused).Select(result => result.Filter)];
        }
        catch (MqttSubscriptionRefusedException)
        {
            return filters; // its CONNACK has refused such filters already
        }
    }

    /// <summary>With all that MQTT 5 offers; what is refused stands in the result.</summary>
    /// <exception cref="MqttSubscriptionRefusedException">The server has said in CONNACK that it does not take such a subscription.</exception>
    /// <exception cref="MqttConnectionException">The connection ended before the answer.</exception>
    public Task<MqttFilterResults> SubscribeAsync(MqttSubscribeRequest request, CancellationToken cancellationToken) => _client.SubscribeAsync(request, cancellationToken);

    /// <exception cref="MqttConnectionException">The connection ended before the answer.</exception>
    public Task UnsubscribeAsync(IReadOnlyList<TopicFilter> filters, CancellationToken cancellationToken) => _client.UnsubscribeAsync(filters, cancellationToken: cancellationToken);

    public void NoteUseful() => _useful = true;

    public void Release() => _released.TrySetResult();

    /// <summary>Gives up a connection that does not answer any more.</summary>
    public void Abandon(string reason) => End(reason);

    /// <summary>Says goodbye, within <paramref name="limit"/>.</summary>
    public async Task CloseAsync(TimeSpan limit, TimeProvider clock)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        try
        {
            await _client.DisconnectAsync(cancellationToken: timeout.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or MqttConnectionException or IOException)
        {
            // The server learns it from the socket's end.
        }
    }

    public async ValueTask DisposeAsync()
    {
        End("it was closed");
        await _client.DisposeAsync();
    }

    private void OnChanged(MqttConnectionChange change)
    {
        if (change.Reason is { } reason && !_ended.Task.IsCompleted)
        {
            _hungUp = HangUp.MayBeOverAMessage(reason); // before the end is told
        }

        if (change.State == MqttConnectionState.Closed || change is { State: MqttConnectionState.Disconnected, Reason: not null })
        {
            End(change.Reason?.Message ?? "it was closed");
        }
    }

    private void End(string reason)
    {
        if (_ended.TrySetResult(reason))
        {
            // On the pool: handlers of the token must not run on the client's own loop.
            _ = Task.Run(_lost.Cancel);
        }
    }
}
