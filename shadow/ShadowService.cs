using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Shadow.History;
using Roost.Shadow.Integrity;
using Roost.Shadow.Journal;
using Roost.Shadow.Mqtt;
using Roost.Shadow.Queries;
using Roost.Shadow.Requests;
using Roost.Shadow.Store;
using Roost.Shadow.Watching;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Shadow;

/// <summary>
/// The shadows of all things. Start it after the broker's core and before the listeners open: requests that arrive earlier have no
/// reader. What is true of every method: any thread may call, and a change is answered once it is as durable as configured.
/// </summary>
public sealed class ShadowService : IHostedService, IAsyncDisposable
{
    private const int MaxWaitingQueries = 64;
    private const int MaxFeedReaders = 2; // after a restart all clients come back at once
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private readonly IMqttBroker _broker;
    private readonly ShadowOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ShadowMetrics _metrics;
    private readonly List<IAsyncDisposable> _subscriptions = [];
    private readonly List<IShadowObserver> _observers = [];
    private readonly SemaphoreSlim _feedReaders = new(MaxFeedReaders);
    private readonly SemaphoreSlim _queries = new(1); // the broker's loop wants the other processors
    private int _waitingQueries;
    private JournaledShadowStore? _store;
    private ShadowHistory? _history;
    private ShadowIntegrity? _integrity;
    private ShadowLoop? _loop;
    private Task _running = Task.CompletedTask;
    private ITimer? _purge;

    public ShadowService(
        IMqttBroker broker, IOptions<ShadowOptions> options, TimeProvider clock, IMeterFactory meters, ILogger<ShadowService> logger, StorageMetrics? storageMetrics = null)
    {
        _broker = broker;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        _metrics = new ShadowMetrics(meters);
        StorageMetrics = storageMetrics;
        Throttle = new ShadowThrottle(_options, clock, _metrics);
        Watch = new ShadowWatch(_options.MaxWatchers);
        _observers.Add(Watch);
        _metrics.ObserveWatchers(() => Watch.Count);
    }

    /// <summary>Opens the store and subscribes to the request topics.</summary>
    /// <exception cref="Storage.Sqlite.DatabaseCorruptException">The store is damaged as a whole; it is left as it is.</exception>
    /// <exception cref="Storage.Logs.CorruptLogException">So is the journal.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _store = await JournaledShadowStore.OpenAsync(_options.Folder, _options.History, _options.Durability, _clock, _logger, StorageMetrics);
        _history = new ShadowHistory(_store.Journal);
        _integrity = new ShadowIntegrity(_store, _clock, _metrics, _logger);
        _logger.Opened(Path.Combine(_options.Folder, ShadowTable.FileName));
        var announcer = new ShadowAnnouncer(_broker, _metrics, _logger);
        _loop = new ShadowLoop(_store, announcer, _options, _clock, _metrics, _logger);
        _observers.ForEach(_loop.Observe);
        _running = Task.Run(_loop.RunAsync, CancellationToken.None);
        _purge = _clock.CreateTimer(_ => _ = PurgeAsync(), null, PurgeInterval, PurgeInterval); // not at once: a machine without a clock of its own learns the time only then

        var reader = new ShadowRequestReader(_loop, announcer, Throttle, _clock);
        _subscriptions.Add(await _broker.SubscribeAsync(ShadowTopic.ClassicRequests, reader, cancellationToken));
        _subscriptions.Add(await _broker.SubscribeAsync(ShadowTopic.NamedRequests, reader, cancellationToken));
    }

    /// <summary>Takes no more requests, answers those that wait, and closes the store. May be called again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        _subscriptions.Clear();
        _loop?.Close();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a fault was told when it came
        if (_purge is not null)
        {
            await _purge.DisposeAsync();
        }

        if (_integrity is not null)
        {
            await _integrity.DisposeAsync();
            _integrity = null;
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _store = null;
        _history?.Dispose();
        _history = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    /// <summary>For what the room keeps beside the shadows; null: nobody counts what is written.</summary>
    internal StorageMetrics? StorageMetrics { get; }

    /// <summary>Every accepted change, in order: the stream <c>$shadows</c>, for readers only. Null before the start and after the end.</summary>
    public AppendLog? Journal => _store?.Journal.Log;

    /// <summary>Why no shadow can be changed, or asked for at all, until the daemon is started again; null while all is well.</summary>
    public string? Fault =>
        _running.IsFaulted ? $"The shadows have ended: {_running.Exception.InnerException?.Message} Start the daemon again, and report it."
        : _store?.Journal.Log.Failure is { } failure ? $"Their journal cannot be written: {failure.Message} Every change is refused. Look at the disk, then start the daemon again."
        : null;

    /// <summary>Shadows that are known to be damaged: they answer 500.</summary>
    public long Damaged => _integrity?.Damaged ?? 0;

    /// <summary>Copies all shadows as of now; the daemon goes on meanwhile.</summary>
    internal Task CopyTableAsync(string path) => Store.CopyTableAsync(path);

    /// <summary>Parts of the history that were damaged and set aside at the start.</summary>
    public int HistorySetAside => _store?.HistorySetAside ?? 0;

    /// <summary>True when a part of the journal was gone at the start: changes that nothing else had may be lost, which the log tells once and health until the next start.</summary>
    public bool JournalWasCut => _store is { JournalFitted: false };

    /// <summary>What the last check found; null when none has ended since the start.</summary>
    public ShadowCheckReport? LastCheck => _integrity?.Last;

    /// <summary>Reads every shadow and every change that is kept, and writes damaged shadows anew where the journal has their last change.</summary>
    public Task<ShadowCheckReport> CheckAsync(CancellationToken cancellationToken) =>
        (_integrity ?? throw new InvalidOperationException("The shadows are not started.")).CheckAsync(cancellationToken);

    /// <param name="body">Empty, or JSON of which only <c>clientToken</c> counts.</param>
    public Task<ShadowAnswer> GetAsync(ShadowId id, ReadOnlyMemory<byte> body = default) => RunAsync(id, ShadowOperation.Get, body);

    /// <summary>Updates and announces it on the shadow's topics.</summary>
    /// <param name="body">The request document; not to be changed any more.</param>
    /// <param name="origin">Who asks, for the history.</param>
    /// <param name="precondition">Else 412; null when it does not matter what the shadow is.</param>
    public Task<ShadowAnswer> UpdateAsync(ShadowId id, ReadOnlyMemory<byte> body, ShadowOrigin origin, ShadowPrecondition? precondition = null) =>
        RunAsync(id, ShadowOperation.Update, body, origin, precondition: precondition);

    /// <param name="body">Empty, or JSON of which only <c>clientToken</c> counts.</param>
    /// <param name="origin">Who asks, for the history.</param>
    /// <param name="expectedVersion">The version that is to be deleted, else 409; null deletes any.</param>
    /// <param name="precondition">Else 412; null when it does not matter what the shadow is.</param>
    public Task<ShadowAnswer> DeleteAsync(
        ShadowId id, ReadOnlyMemory<byte> body, ShadowOrigin origin, long? expectedVersion = null, ShadowPrecondition? precondition = null) =>
        RunAsync(id, ShadowOperation.Delete, body, origin, expectedVersion, precondition);

    /// <summary>Names of a thing's named shadows in ordinal order, the classic one left out.</summary>
    /// <param name="after">The last name already known; "" begins at the first.</param>
    public IReadOnlyList<string> ListNamed(string thing, string after, int limit) => Store.ListNamed(thing, after, limit);

    /// <summary>The shadows of the next <paramref name="limit"/> things after <paramref name="after"/>, by thing and name.</summary>
    public IReadOnlyList<ShadowSummary> ListThings(string after, int limit) => Store.ListThings(after, limit);

    /// <summary>The changes of one shadow, newest first; see <see cref="ShadowHistory"/> for what it costs.</summary>
    internal Task<HistoryPage> ReadHistoryAsync(ShadowId id, long before, int limit, CancellationToken cancellationToken) =>
        (_history ?? throw new InvalidOperationException("The shadows are not started.")).ReadAsync(id, before, limit, cancellationToken);

    internal JournaledShadowStore Store => _store ?? throw new InvalidOperationException("The shadows are not started.");

    /// <summary>What comes from clients asks here first; callers of this class's methods need not.</summary>
    internal ShadowThrottle Throttle { get; }

    /// <summary>Looks for one page, on a thread of the pool; one query at a time, and those that wait come between two pages of another.</summary>
    /// <param name="after">Things up to this one are left out; "" begins at the first.</param>
    /// <returns>Null when too many queries are waiting already.</returns>
    internal async Task<QueryPage?> QueryAsync(ShadowQuery query, string after, int maxThings, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waitingQueries) > MaxWaitingQueries)
            {
                return null;
            }

            await _queries.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(() => query.Run(Store, after, maxThings, _clock, cancellationToken), cancellationToken);
            }
            finally
            {
                _queries.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waitingQueries);
        }
    }

    internal ShadowWatch Watch { get; }

    /// <param name="watcher">Taken over.</param>
    /// <param name="from">The last place that the receiver has; null when it has nothing.</param>
    internal ChangeFeed Follow(ShadowWatcher watcher, EventPosition? from) => new(Watch, watcher, Store, from, _feedReaders, _clock, _logger);

    /// <summary>A deletion of the shadow is remembered, which it is for 48 hours.</summary>
    internal bool IsDeleted(ShadowId id) => Store.Read(id) is { IsTombstone: true };

    /// <summary>Lets <paramref name="observer"/> see every change from the start on. Before <see cref="StartAsync"/>.</summary>
    internal void Observe(IShadowObserver observer) => _observers.Add(observer);

    private Task<ShadowAnswer> RunAsync(
        ShadowId id, ShadowOperation operation, ReadOnlyMemory<byte> body, ShadowOrigin origin = default, long? expectedVersion = null, ShadowPrecondition? precondition = null)
    {
        var loop = _loop ?? throw new InvalidOperationException("The shadows are not started.");
        var request = new ShadowRequest(id, operation, body, viaMqtt: false, origin, expectedVersion) { Precondition = precondition };
        if (!loop.TryEnqueue(request))
        {
            var fault = ShadowError.TooManyRequests;
            request.Complete(new ShadowAnswer(fault, Documents.MessageWriter.Rejected(fault, _clock.GetUtcNow().ToUnixTimeSeconds(), token: null)));
        }

        return request.Answer;
    }

    private async Task PurgeAsync()
    {
        try
        {
            var purged = await Store.PurgeTombstonesAsync(_clock.GetUtcNow().ToUnixTimeSeconds() - Documents.ShadowRecord.TombstoneSeconds);
            if (purged > 0)
            {
                _logger.Purged(purged);
            }
        }
        catch (Exception exception) // the outer edge of a timer's task; an expired tombstone counts for nothing meanwhile
        {
            _logger.PurgeFailed(PurgeInterval, exception);
        }
    }
}
