using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Identity.Store;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Identity.Audit;

/// <summary>
/// Takes entries from everywhere and gives them to the chain, in one loop that owns it. What connections do is gathered for a moment and bounded; what is
/// changed is written at once, and its sender waits. While the disk is full, entries wait here, as many as fit, and changes are refused.
/// </summary>
internal sealed partial class AuditTrail : IAuditTrail, IAuditStorage, IIdentityPart, IAsyncDisposable
{
    /// <summary>Entries that wait, for the moment or for a disk with room. Of connections' entries more are lost, counted, and said so in the chain.</summary>
    public const int MostWaiting = 8192;

    /// <summary>With those of changes that were made while the disk took nothing; of more it is only counted that they were.</summary>
    public const int MostInAll = 2 * MostWaiting;

    /// <summary>How long what connections do may wait for more of it: a record for each would cost an SD card a sync for each.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the identity database learns how far the audit is.</summary>
    public static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    private const int MostAtOnce = 512;

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(5);

    private readonly IdentityOptions _identity;
    private readonly IdentityDatabase _database;
    private readonly AuditOptions _options;
    private readonly TimeProvider _clock;
    private readonly AuditMetrics _metrics;
    private readonly StorageMetrics? _storageMetrics;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _work = new(0, 1);

    // Guarded by the gate.
    private readonly Queue<Waiting> _queue = new();
    private readonly AuditFlood _flood = new();
    private TaskCompletionSource _urgent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lost;
    private bool _ends;
    private bool _disposed;

    private AuditLog? _log;
    private long? _notedAt; // the loop's
    private Task _loop = Task.CompletedTask;
    private volatile string? _fault;
    private volatile string? _broken;
    private readonly CancellationTokenSource _searches = new();
    private Task _search = Task.CompletedTask;

    public AuditTrail(
        IOptions<IdentityOptions> identity, IOptions<AuditOptions> options, IdentityDatabase database, TimeProvider clock, AuditMetrics metrics, ILogger<AuditTrail> logger,
        StorageMetrics? storageMetrics = null)
    {
        _database = database;
        (_identity, _options, _clock, _metrics, _logger, _storageMetrics) = (identity.Value, options.Value, clock, metrics, logger, storageMetrics);
        metrics.ObserveFault(() => _fault is null ? 0 : 1, () => _broken is null ? 0 : 1);
    }

    public AppendLog? Log => _log?.Log;

    public string? Fault => _fault;

    public string? Broken => _broken;

    /// <summary>Null before the start.</summary>
    public AuditLog? Chain => _log;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _log = AuditLog.Open(_identity.Folder, _options, _database.Store.Read(AuditNote.Read), _clock, _logger, _storageMetrics);
        if (_log.Finding is { } finding)
        {
            _broken = finding;
            _logger.ChainBroken(_log.Folder, finding);
            Enqueue(new AuditEntry(AuditChain.BrokenAction) { Reason = finding }, null, done: null, isUrgent: true);
        }

        if (_log.Restored is { } restored)
        {
            _logger.DatabasePutBack(restored);
            Enqueue(new AuditEntry("identity.restored") { Principal = "gateway", Reason = $"{restored}; what was changed or revoked since is not" }, null, done: null, isUrgent: true);
        }

        _search = Task.Run(SearchBreak, CancellationToken.None);
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public void Note(AuditEntry entry)
    {
        _logger.Noted(entry.Action, Line(entry.Principal), Line(entry.ClientId), entry.Source, Line(entry.Resource), Line(entry.Reason));
        lock (_gate)
        {
            var second = _clock.GetTimestamp() / _clock.TimestampFrequency;
            Summarise(second);
            if (_flood.Admit(entry, second))
            {
                EnqueueBounded(entry, null);
            }
            else
            {
                _metrics.Summarised();
                Wake();
            }
        }
    }

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken = default)
    {
        _logger.Audited(entry with { Principal = Line(entry.Principal), ClientId = Line(entry.ClientId), Resource = Line(entry.Resource), Reason = Line(entry.Reason) });
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(entry, null, done, isUrgent: true);
        return done.Task.WaitAsync(cancellationToken);
    }

    public async Task EnsureWritableAsync(CancellationToken cancellationToken)
    {
        if (_fault is not null)
        {
            await RecordAsync(new AuditEntry("audit.resume"), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            (_disposed, _ends) = (true, true);
            Wake();
            _urgent.TrySetResult();
        }

        await _searches.CancelAsync();
        await Task.WhenAll(_loop, _search);
        _searches.Dispose();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }

        _work.Dispose();
    }

    /// <summary>Strangers choose topics and names: what could begin a line of the log, or colour a terminal, is shown by its number.</summary>
    private static string? Line(string? text) =>
        text is not null && text.Any(char.IsControl) ? string.Concat(text.Select(static one => char.IsControl(one) ? $"\\u{(int)one:x4}" : one.ToString())) : text;

    private void Enqueue(AuditEntry entry, long? count, TaskCompletionSource? done, bool isUrgent)
    {
        lock (_gate)
        {
            if (_ends)
            {
                done?.SetException(new AuditUnavailableException("the daemon is stopping"));
                return;
            }

            if (_queue.Count >= MostInAll)
            {
                _lost++;
                _metrics.Lost(1);
                done?.SetException(new AuditUnavailableException("too much waits for its disk already"));
                return;
            }

            _queue.Enqueue(new Waiting(_clock.GetUtcNow(), entry, count, done));
            Wake();
            if (isUrgent)
            {
                _urgent.TrySetResult();
            }
        }
    }

    /// <summary>In the gate. Strangers can make as many entries as they like.</summary>
    private void EnqueueBounded(AuditEntry entry, long? count)
    {
        if (_queue.Count < MostWaiting && !_ends)
        {
            _queue.Enqueue(new Waiting(_clock.GetUtcNow(), entry, count, null));
            Wake();
        }
        else
        {
            _lost += count ?? 1;
            _metrics.Lost(count ?? 1);
        }
    }

    /// <summary>In the gate.</summary>
    private void Summarise(long second)
    {
        foreach (var (entry, count) in _flood.Drain(second))
        {
            EnqueueBounded(entry, count);
        }
    }

    /// <summary>In the gate.</summary>
    private void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    private sealed record Waiting(DateTimeOffset Time, AuditEntry Entry, long? Count, TaskCompletionSource? Done);
}
