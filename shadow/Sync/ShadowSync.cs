using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Storage;

namespace Roost.Shadow.Sync;

/// <summary>
/// Keeps shadows equal with an upstream's, over one connection after the other. What has to be done is always known from what is on both
/// sides and in the table, never from a list of things to do; so it does not matter how long there was no connection.
/// </summary>
internal sealed partial class ShadowSync : IShadowSyncHealth, IHostedService, IAsyncDisposable
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
    private readonly StorageMetrics? _storageMetrics;
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
        _storageMetrics = service.StorageMetrics;
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

        _table = SyncTable.Open(_folder, _durability, _upstream.Identity, _logger, _storageMetrics);
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
