using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Shadow.Requests;

/// <summary>
/// Owns the shadows: one task applies all requests in the order of their arrival, so that reading, merging and writing one shadow
/// is never interleaved. While one batch of changes is being committed the next is computed on top of it; a request is answered
/// and announced once everything it saw or changed is durable.
/// </summary>
internal sealed class ShadowLoop
{
    // Computing ahead is bounded: a batch this large amortises any commit (knee of bench/Shadow.Bench).
    private const int MaxBatch = 1024;

    /// <summary>Requests and their bodies waiting to be applied, in bytes; beyond it new ones are answered 429.</summary>
    public const long MaxWaitingBytes = 16 * 1024 * 1024;

    private const long CacheBytes = 8 * 1024 * 1024;

    private readonly IShadowStore _store;
    private readonly IShadowAnnouncer _announcer;
    private readonly ShadowLimits _limits;
    private readonly int _maxNamed;
    private readonly TimeSpan _gather;
    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly ShadowMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Channel<ShadowRequest> _waiting =
        Channel.CreateUnbounded<ShadowRequest>(new() { SingleReader = true, AllowSynchronousContinuations = false }); // bounded by bytes instead: TryEnqueue
    private readonly ShadowCache _cache = new(CacheBytes);
    private long _waitingBytes;
    private ImmutableArray<IShadowObserver> _observers = [];

    // The batch being computed and the one being committed. Requests of a batch are answered after its commit.
    private Batch _next = new();
    private Batch _committing = new();
    private Task? _gathered; // until the first change of the batch being computed has waited long enough; null: none waits

    public ShadowLoop(
        IShadowStore store, IShadowAnnouncer announcer, ShadowOptions options, TimeProvider clock, ShadowMetrics metrics, ILogger logger)
    {
        _store = store;
        _announcer = announcer;
        _limits = new ShadowLimits(options.MaxDocumentBytes, options.MaxDepth);
        _maxNamed = options.MaxNamed;
        _gather = options.Durability == Durability.PowerLoss ? options.Gather : TimeSpan.Zero;
        _folder = options.Folder;
        _clock = clock;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Before <see cref="RunAsync"/>.</summary>
    public void Observe(IShadowObserver observer) => _observers = _observers.Add(observer);

    /// <summary>Any thread. Requests for one shadow are applied in the order of these calls.</summary>
    /// <returns>False when too much is waiting already, or the loop is closed.</returns>
    public bool TryEnqueue(ShadowRequest request)
    {
        var bytes = request.Bytes;
        if (Interlocked.Add(ref _waitingBytes, bytes) <= MaxWaitingBytes && _waiting.Writer.TryWrite(request))
        {
            return true;
        }

        Interlocked.Add(ref _waitingBytes, -bytes);
        return false;
    }

    /// <summary>Takes no more requests; <see cref="RunAsync"/> ends when those that wait are answered.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    /// <summary>Runs until it is closed. Faults only for a defect of ours; then all that wait are answered 500, and nobody is taken in any more.</summary>
    public async Task RunAsync()
    {
        try
        {
            await RunUntilClosedAsync();
        }
        catch (Exception exception)
        {
            _logger.LoopEnded(exception);
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var request))
            {
                _next.Requests.Add(request);
            }

            var document = MessageWriter.Rejected(ShadowError.InternalFailure, _clock.GetUtcNow().ToUnixTimeSeconds(), token: null);
            foreach (var request in _committing.Requests.Concat(_next.Requests))
            {
                request.Complete(new ShadowAnswer(ShadowError.InternalFailure, document) { WasNotKept = true });
            }

            throw;
        }
    }

    private async Task RunUntilClosedAsync()
    {
        Task? commit = null;
        Task<bool>? arrival = null;
        var open = true;
        while (open || commit is not null || _next.Requests.Count > 0)
        {
            while (_next.Requests.Count < MaxBatch && _waiting.Reader.TryRead(out var request))
            {
                Interlocked.Add(ref _waitingBytes, -request.Bytes);
                Apply(request);
            }

            if (commit is null && (!open || _gathered is not { IsCompleted: false } || _next.Requests.Count >= MaxBatch))
            {
                BeginCommit(out commit);
            }

            if (open && _next.Requests.Count < MaxBatch)
            {
                arrival ??= _waiting.Reader.WaitToReadAsync().AsTask();
            }

            // Where a commit is under way, what gathers waits for its end anyway.
            await (FirstOf(commit ?? _gathered, arrival) ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // EndCommit looks at the failure
            if (commit is { IsCompleted: true })
            {
                EndCommit(commit);
                commit = null;
            }

            if (arrival is { IsCompleted: true })
            {
                open = await arrival;
                arrival = null;
            }
        }
    }

    private static Task? FirstOf(Task? one, Task? other) => one is null ? other : other is null ? one : Task.WhenAny(one, other);

    private void Apply(ShadowRequest request)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        request.Outcome = Outcome(request, now);
        if (request.Outcome.Record is { } record)
        {
            _next.Add(new ShadowChange(request.Id, record, request.Origin, request.Outcome.ClientToken));
            if (_gather > TimeSpan.Zero)
            {
                _gathered ??= Task.Delay(_gather, _clock);
            }
        }
        else if (!_next.Records.ContainsKey(request.Id) && !_committing.Records.ContainsKey(request.Id))
        {
            Settle(request, now); // it saw only what is durable, and need not wait for the disk
            return;
        }

        _next.Requests.Add(request);
    }

    private ShadowOutcome Outcome(ShadowRequest request, long now)
    {
        var body = request.Body.Span;
        try
        {
            var current = Current(request.Id);
            var outcome = request.Operation switch
            {
                ShadowOperation.Get => ShadowEngine.Get(current, body, request.NotFoundName, now),
                ShadowOperation.Delete => ShadowEngine.Delete(current, body, request.NotFoundName, request.ExpectedVersion, now),
                _ => ShadowEngine.Update(current, body, _limits, now),
            };
            if (outcome.Record is { IsTombstone: false } && current is not { IsTombstone: false } && IsOneTooMany(request.Id))
            {
                return ShadowOutcome.Refused(ShadowError.TooManyNamed(_maxNamed), outcome.ClientToken);
            }

            // After all else, as RFC 9110 section 13.2.1 wants it: a request that fails anyway is told why.
            return outcome.Fault is null && request.Precondition?.HoldsFor(current) == false
                ? ShadowOutcome.Refused(ShadowError.PreconditionFailed, outcome.ClientToken)
                : outcome;
        }
        catch (CorruptShadowException exception)
        {
            _metrics.CorruptRecord();
            _logger.CorruptRecord(request.Id, exception);
            if (request is { Operation: ShadowOperation.Delete, ExpectedVersion: null, Precondition: null })
            {
                // The one request that need not know what there is, and the way out for who has no backup. Its tombstone takes the row's place.
                return ShadowEngine.Delete(new ShadowRecord(exception.Version, now, ShadowState.Empty), body, request.NotFoundName, expectedVersion: null, now);
            }
        }
        catch (Exception exception) // a fault of ours or of the disk in one request; the shadows of all others go on
        {
            _logger.RequestFailed(request.Operation, request.Id, exception);
        }

        return ShadowOutcome.Refused(ShadowError.InternalFailure, RequestReader.ReadToken(body).ClientToken);
    }

    private ShadowRecord? Current(ShadowId id)
    {
        if ((_next.Records.GetValueOrDefault(id) ?? _committing.Records.GetValueOrDefault(id) ?? _cache.Find(id)) is { } record)
        {
            return record;
        }

        if (_store.Read(id) is { } stored)
        {
            _cache.Put(id, stored);
            return stored;
        }

        return null;
    }

    private bool IsOneTooMany(ShadowId id)
    {
        if (id.IsClassic)
        {
            return false;
        }

        var names = _store.ListNamed(id.Thing, after: "", int.MaxValue).ToHashSet();
        foreach (var (changed, record) in _committing.Records.Concat(_next.Records))
        {
            if (changed.Thing != id.Thing || changed.IsClassic)
            {
                continue;
            }

            if (record.IsTombstone)
            {
                names.Remove(changed.Name);
            }
            else
            {
                names.Add(changed.Name);
            }
        }

        return names.Count >= _maxNamed;
    }

    /// <param name="commit">Null when nothing has to be committed.</param>
    private void BeginCommit(out Task? commit)
    {
        commit = null;
        _gathered = null;
        if (_next.Requests.Count == 0)
        {
            return;
        }

        (_committing, _next) = (_next, _committing);
        _committing.BeganAt = _clock.GetTimestamp();
        if (_committing.Changes.Count > 0)
        {
            commit = _store.WriteAsync(_committing.Changes);
            return;
        }

        SettleCommitted(); // only readers of the batch before, which is durable now
    }

    private void EndCommit(Task commit)
    {
        if (commit.IsCompletedSuccessfully)
        {
            _metrics.Committed(_committing.Changes.Count, _clock.GetElapsedTime(_committing.BeganAt));
            foreach (var (id, record) in _committing.Records)
            {
                _cache.Put(id, record);
            }

            SettleCommitted();
            return;
        }

        foreach (var id in _committing.Records.Keys)
        {
            _cache.Remove(id); // the disk may have kept some of it
        }

        var failure = commit.Exception?.InnerException;
        _logger.CommitFailed(_committing.Changes.Count, failure);
        var fault = FaultOf(failure);
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        foreach (var request in _committing.Requests)
        {
            request.Outcome = ShadowOutcome.Refused(fault, request.Outcome.ClientToken);
            Settle(request, now, wasNotKept: true);
        }

        _committing.Clear();

        // What was computed on top of the lost batch is computed again on what is there.
        var again = _next;
        _next = new Batch();
        foreach (var request in again.Requests)
        {
            Apply(request);
        }
    }

    /// <summary>A full disk passes, and the request may come again; what else keeps a commit from succeeding does not pass by itself.</summary>
    private ShadowError FaultOf(Exception? failure) => failure switch
    {
        LogFullException full => ShadowError.NotNow(full.Message),
        _ when FullDisk.IsBehind(failure) => ShadowError.NotNow($"the file system of {_folder} has no space. Free space there; then changes succeed again."),
        _ => ShadowError.InternalFailure,
    };

    private void SettleCommitted()
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        foreach (var request in _committing.Requests)
        {
            Settle(request, now);
        }

        foreach (var change in _committing.Changes)
        {
            foreach (var observer in _observers)
            {
                Tell(observer, change);
            }
        }

        _committing.Clear();
    }

    private void Tell(IShadowObserver observer, ShadowChange change)
    {
        try
        {
            observer.Changed(change);
        }
        catch (Exception exception) // the outer edge of somebody else's code: the shadows go on
        {
            _logger.ObserverFailed(change.Id, exception);
        }
    }

    // First the announcement, then the answer: an acknowledged MQTT update has its messages on their way.
    private void Settle(ShadowRequest request, long now, bool wasNotKept = false)
    {
        ShadowAnswer answer;
        if (request.Outcome.Fault is { } fault)
        {
            var document = MessageWriter.Rejected(fault, now, request.Outcome.ClientToken);
            _announcer.Refused(request, document);
            answer = new ShadowAnswer(fault, document) { WasNotKept = wasNotKept };
        }
        else
        {
            var messages = request.Outcome.Messages!;
            _announcer.Succeeded(request, messages);
            answer = new ShadowAnswer(null, messages.Accepted) { Revision = request.Outcome.After is { IsTombstone: false } after ? ShadowRevision.Of(after) : null };
        }

        _metrics.Answered(request.Operation, answer.Error?.Code ?? 200);
        request.Complete(answer);
    }

    private sealed class Batch
    {
        public List<ShadowRequest> Requests { get; } = [];

        public List<ShadowChange> Changes { get; } = [];

        /// <summary>The last record of each shadow that the batch changes.</summary>
        public Dictionary<ShadowId, ShadowRecord> Records { get; } = [];

        public long BeganAt { get; set; }

        public void Add(ShadowChange change)
        {
            Changes.Add(change);
            Records[change.Id] = change.Record;
        }

        public void Clear()
        {
            Requests.Clear();
            Changes.Clear();
            Records.Clear();
        }
    }
}
