using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Shadow.Sync;

/// <summary>
/// Keeps shadows equal with an upstream's, over one connection after the other. What has to be done is always known from what is on both
/// sides and in the table, never from a list of things to do; so it does not matter how long there was no connection.
/// </summary>
internal sealed class ShadowSync : IShadowSyncHealth, IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_restart = TimeSpan.FromSeconds(30);

    // Deleted shadows are looked for in the cloud so long after every reconnect: one that was made anew there while nobody listened is found.
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(60);

    private const int Failing = 3; // attempts in a row that are worth an operator's look

    private readonly ShadowSyncOptions _options;
    private readonly string _folder;
    private readonly Storage.Durability _durability;
    private readonly IShadowUpstream? _upstream;
    private readonly LocalShadows _shadows;
    private readonly TimeProvider _clock;
    private readonly SyncMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SyncTracking _tracking;
    private readonly SyncSchedule _schedule;
    private readonly UpstreamSilence _silence;
    private readonly RequestPacer _pacer;
    private readonly CloudAbsences _absences = new();
    private readonly SyncRules _rules;
    private readonly CancellationTokenSource _stopping = new(); // never disposed of: it has no timer, and a container may dispose of us twice
    private SyncTable? _table;
    private Task _running = Task.CompletedTask;
    private volatile SyncConnectionState _state = SyncConnectionState.Off;
    private volatile string? _connectionError;

    public ShadowSync(
        ShadowService service,
        IOptions<ShadowSyncOptions> options,
        IOptions<ShadowOptions> shadowOptions,
        TimeProvider clock,
        System.Diagnostics.Metrics.IMeterFactory meters,
        ILogger<ShadowSync> logger,
        IShadowUpstream? upstream = null)
    {
        _options = options.Value;
        (_folder, _durability) = (shadowOptions.Value.Folder, shadowOptions.Value.Durability);
        _upstream = upstream;
        _shadows = new LocalShadows(service);
        _clock = clock;
        _metrics = new SyncMetrics(meters);
        _logger = logger;
        _rules = new SyncRules(_options);
        _tracking = new SyncTracking(_rules);
        _schedule = new SyncSchedule(_options.RetryMax, _options.Strategy == SyncStrategy.Periodic, clock, Random.Shared);
        _silence = new UpstreamSilence(_options.RetryMax, clock, Random.Shared);
        _pacer = new RequestPacer(_options.MaxRate, _options.MaxInflight, clock);
        _metrics.Observe(() => Views().GroupBy(view => view.State).Select(group => (SyncView.NameOf(group.Key), group.Count())));
    }

    public ShadowSyncOptions Options => _options;

    /// <summary>The rate at which requests may be sent now.</summary>
    public double RequestsPerSecond => Math.Round(_pacer.PerSecond, 1);

    /// <summary>Null while the upstream is there and answers.</summary>
    public string? ConnectionError => _silence.IsSilent && _state == SyncConnectionState.Connected ? "The upstream answers no request for shadows" : _connectionError;

    public SyncConnectionState ConnectionState => _state;

    public string? Trouble
    {
        get
        {
            var (held, failing) = (0, 0);
            SyncView? example = null;
            foreach (var view in Views())
            {
                if (view.State == SyncState.Held)
                {
                    held++;
                }
                else if (view.State == SyncState.Refused || (view is { State: SyncState.Failing, Turn.Failures: >= Failing } && _state == SyncConnectionState.Connected))
                {
                    failing++;
                    example ??= view;
                }
            }

            return held > 0
                ? $"{held} shadows are gone in the cloud, which may have lost them, and are kept here: 'roost shadow sync status --state held' names them; 'roost shadow sync accept-deletions' or 'put-back' decides"
                : ConnectionError ?? (example is null ? null : $"{failing} shadows are not synced with the cloud, {example.Id} among them: {example.Turn.Error}. 'roost shadow sync status' names all");
        }
    }

    public IEnumerable<SyncView> Views() => _tracking.All.Select(View);

    /// <returns>Null when it is not synced.</returns>
    public SyncRow? Stored(ShadowId id) => _table?.Read(id);

    /// <summary>Deletes held shadows here too, except those that were written to since they were synced.</summary>
    /// <param name="thing">Null: of all things.</param>
    /// <returns>How many were held.</returns>
    public Task<int> AcceptDeletionsAsync(string? thing) => DecideAsync(thing, "their deletion in the cloud is accepted", (table, ids) => table.AcceptDeletionsAsync(ids));

    /// <summary>Syncs held shadows as if for the first time, which makes them in the cloud again.</summary>
    /// <inheritdoc cref="AcceptDeletionsAsync"/>
    public Task<int> PutBackAsync(string? thing) => DecideAsync(thing, "they are put back in the cloud", (table, ids) => table.ForgetAsync(ids));

    /// <summary>Compares the table with the shadows and goes to work in the background. Does nothing where nothing is to be synced.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Sync.Count == 0 || _upstream is null)
        {
            return;
        }

        _table = SyncTable.Open(_folder, _durability, _upstream.Identity, _logger);
        await _table.ForgetAsync(_clock.GetUtcNow() - s_remembered);
        _shadows.OnChanged = ChangedHere; // before the comparison: what changes meanwhile is seen by one of the two
        var changed = _tracking.Load(_table, _shadows);
        _logger.Began(_tracking.Count, changed);
        _state = SyncConnectionState.Waiting;
        _running = Task.Run(() => RunAsync(_upstream, _table, _stopping.Token), CancellationToken.None);
    }

    /// <summary>Ends what is under way, without waiting for the upstream; what was not noted is decided again at the next start. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken);
        if (_table is { } table)
        {
            await table.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task<int> DecideAsync(string? thing, string decision, Func<SyncTable, IReadOnlyCollection<ShadowId>, Task> decide)
    {
        var held = _tracking.All.Where(shadow => shadow.IsHeld && (thing is null || shadow.Id.Thing == thing)).ToList();
        if (held.Count == 0 || _table is not { } table)
        {
            return 0;
        }

        await decide(table, [.. held.Select(shadow => shadow.Id)]);
        foreach (var shadow in held)
        {
            shadow.IsHeld = false;
            _schedule.Add(shadow, changed: true);
        }

        _logger.Decided(held.Count, decision);
        return held.Count;
    }

    private async Task RunAsync(IShadowUpstream upstream, SyncTable table, CancellationToken stopping)
    {
        var exchange = new SyncExchange(_shadows, table, _absences, _metrics, _clock, _logger);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var connection = await upstream.ConnectedAsync(stopping);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, connection.Lost);
                await ServeAsync(connection, exchange, ended.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or MqttConnectionException)
            {
                // Stopping, which the loop sees, or the end of a connection, which is an ordinary thing: the next will come.
            }
#pragma warning disable CA1031 // a fault of ours; a sync that ends for good over it would be noticed weeks later
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.BrokeDown(s_restart, exception);
                _connectionError = exception.Message;
                await Task.Delay(s_restart, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            _state = SyncConnectionState.Waiting;
        }

        _state = SyncConnectionState.Off;
    }

    private async Task ServeAsync(IShadowUpstreamConnection connection, SyncExchange exchange, CancellationToken ended)
    {
        _state = SyncConnectionState.Subscribing;
        var requests = new UpstreamRequests(connection, _pacer, _options.RequestTimeout, _clock, _metrics, ended);
        connection.Receive(message => Received(message, requests));
        using var subscriptions = new UpstreamSubscriptions(connection, _rules, _options.RequestTimeout, _clock);
        await SubscribeAsync(subscriptions, ended);
        LookAtAll();
        _state = SyncConnectionState.Connected;

        // Changes go on while this runs; only the number of exchanges at one time is bounded, and with it what is in flight.
        using var places = new SemaphoreSlim(_options.MaxInflight);
        var periods = _options.Strategy == SyncStrategy.Periodic ? ReleaseAsync(ended) : Task.CompletedTask;
        var free = _options.MaxInflight; // as far as this loop has to wait for them at its end
        try
        {
            while (true)
            {
                await places.WaitAsync(ended);
                free--;
                await _silence.WaitAsync(ended);
                var shadow = await _schedule.TakeAsync(ended);
                free++;
                _ = ExchangeAsync(shadow, exchange, subscriptions, requests, places, ended);
            }
        }
        finally
        {
            for (; free > 0; free--)
            {
                await places.WaitAsync(CancellationToken.None); // each exchange ends soon, now that requests do
            }

            await periods.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SubscribeAsync(UpstreamSubscriptions subscriptions, CancellationToken ended)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await subscriptions.BeginAsync(ended);
                if (!subscriptions.IsForAll && _rules.OnlyThings is null)
                {
                    _logger.NotForAll(UpstreamTopic.Filters("+", named: false)[0].Value);
                }

                _connectionError = null;
                return;
            }
            catch (TimeoutException)
            {
                var delay = TimeSpan.FromSeconds(Math.Min(_options.RetryMax.TotalSeconds, Math.Pow(2, Math.Min(failures, 30))));
                _connectionError = "The upstream does not answer a subscription";
                _logger.NotSubscribed(_connectionError, delay);
                await Task.Delay(delay, _clock, ended);
            }
        }
    }

    // After a connection all is unknown of the cloud's side. What has changed here goes first.
    private void LookAtAll()
    {
        foreach (var id in _rules.SpelledOut())
        {
            _tracking.Track(id);
        }

        var changed = 0;
        foreach (var shadow in _tracking.All)
        {
            shadow.CloudUnknown();
            changed += shadow.IsLocalChanged ? 1 : 0;
            _schedule.Add(shadow, shadow.IsLocalChanged);
        }

        _absences.Begin(_tracking.All);
        _schedule.Release();
        _logger.Connected(changed, _tracking.Count - changed);
    }

    private async Task ReleaseAsync(CancellationToken ended)
    {
        using var period = new PeriodicTimer(_options.Period, _clock);
        while (await period.WaitForNextTickAsync(ended))
        {
            _schedule.Release();
        }
    }

    private async Task ExchangeAsync(
        TrackedShadow shadow, SyncExchange exchange, UpstreamSubscriptions subscriptions, UpstreamRequests requests, SemaphoreSlim places, CancellationToken ended)
    {
        var news = shadow.Begin();
        SyncFailure? failure;
        try
        {
            failure = await subscriptions.EnsureAsync(shadow.Id, ended) is { } refused
                ? new SyncFailure($"The upstream refuses the subscription to '{refused}'", IsRefused: true)
                : await exchange.RunAsync(shadow, news, requests);
        }
        catch (LocalShadowException exception)
        {
            failure = new SyncFailure(exception.Message, IsRefused: exception.Error.Code is >= 400 and < 429);
        }
        catch (Exception exception) when (exception is OperationCanceledException or MqttConnectionException or TimeoutException)
        {
            failure = new SyncFailure("The connection to the upstream was lost", IsOverConnection: true);
        }
#pragma warning disable CA1031 // the outer edge of a task: this shadow waits, all others go on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.Broke(shadow.Id, exception);
            failure = new SyncFailure(exception.Message);
        }

        try
        {
            await SettleAsync(shadow, news, failure, exchange);
            if (!ended.IsCancellationRequested && _absences.LookedAt(shadow))
            {
                await JudgeAbsentAsync(exchange);
            }
        }
#pragma warning disable CA1031 // a disk that fails, while noting what is held: it is in memory, and the next connection finds it again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.Broke(shadow.Id, exception);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task SettleAsync(TrackedShadow shadow, SyncNews news, SyncFailure? failure, SyncExchange exchange)
    {
        if (failure is null)
        {
            _schedule.Succeeded(shadow);
            return;
        }

        shadow.Undo(news);
        if (failure.IsHeld)
        {
            _schedule.Held(shadow);
            return;
        }

        var isNew = _schedule.View(shadow).Error != failure.Reason;
        _schedule.Failed(shadow, failure);
        if (failure.IsSilence && _silence.Unanswered())
        {
            _logger.Silent();
        }

        var isWorthTelling = isNew && (!failure.IsOverConnection || (failure.IsSilence && !_silence.IsSilent));
        if (isWorthTelling)
        {
            _logger.Failed(shadow.Id, failure.Reason);
        }
        else
        {
            _logger.FailedAgain(shadow.Id, failure.Reason);
        }

        if (isWorthTelling || failure.Rebased > 0)
        {
            await exchange.NoteFailureAsync(shadow.Id, failure);
        }
    }

    // All shadows have been looked at once on this connection.
    private async Task JudgeAbsentAsync(SyncExchange exchange)
    {
        var absent = _tracking.All.Where(shadow => !shadow.IsHeld && _schedule.View(shadow).State == SyncTurnState.Held).ToList();
        if (_absences.AreDeletions is false && absent.Count > 0)
        {
            await exchange.HoldAsync(absent);
            return;
        }

        foreach (var shadow in absent)
        {
            _schedule.Add(shadow, changed: true);
        }
    }

    private void ChangedHere(ShadowId id, bool deleted)
    {
        if (_tracking.Track(id) is not { } shadow)
        {
            return;
        }

        shadow.LocalChanged(deleted);
        _schedule.Add(shadow, changed: true);
        if (deleted)
        {
            _ = MarkDeletedAsync(id);
        }
    }

    private async Task MarkDeletedAsync(ShadowId id)
    {
        try
        {
            await _table!.MarkDeletedHereAsync(id);
        }
#pragma warning disable CA1031 // the outer edge of a task
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.NotMarked(id, exception);
        }
    }

    private void Received(MqttMessage message, UpstreamRequests requests)
    {
        if (!UpstreamTopic.TryParse(message.Topic.Value, out var id, out var kind))
        {
            return; // somebody else's subscription
        }

        if (_rules.PolicyOf(id) is null || UpstreamMessage.Parse(id, kind, message.Payload) is not { } told)
        {
            _metrics.Received("none");
            return;
        }

        if (requests.TryAnswer(told))
        {
            _silence.Heard();
            _metrics.Received("answer");
            return;
        }

        if (kind is not (UpstreamEvent.Documents or UpstreamEvent.DeleteAccepted) || _tracking.Track(id) is not { } shadow)
        {
            _metrics.Received("none"); // an answer for another client
            return;
        }

        _silence.Heard();
        _metrics.Received("change");
        if (kind == UpstreamEvent.Documents)
        {
            shadow.CloudPushed(told);
        }
        else
        {
            shadow.CloudUnknown(deleted: true);
        }

        _schedule.Add(shadow, changed: true);
    }

    private SyncView View(TrackedShadow shadow)
    {
        var turn = _schedule.View(shadow);
        var state = turn switch
        {
            { State: SyncTurnState.Running } => SyncState.Syncing,
            { State: SyncTurnState.Waiting, IsRefused: true } => SyncState.Refused,
            { State: SyncTurnState.Waiting } => SyncState.Failing,
            _ when shadow.IsHeld => SyncState.Held,
            _ => shadow.IsLocalChanged || shadow.HasPushed ? SyncState.Changed
                : shadow.IsCloudKnown ? SyncState.Synced
                : SyncState.Unknown,
        };
        return new SyncView(shadow.Id, shadow.Policy.Direction, state, turn);
    }
}
