using Microsoft.Extensions.Logging;
using Roost.Shadow.Journal;
using Roost.Shadow.Store;
using Roost.Storage.Logs;

namespace Roost.Shadow.Watching;

/// <summary>
/// What one watcher is sent: from a place that the journal still has, everything since then, from the journal; from any other, first all shadows as they
/// are. Then the changes as they are made, and from the journal again when they came faster than they were taken.
/// </summary>
/// <remarks>For one reader. It watches from before it looks, so that nothing falls between looking and watching.</remarks>
internal sealed class ChangeFeed : IDisposable
{
    private const int ShadowsAtOnce = 64;
    private const int RecordsAtOnce = 512;
    private const int BytesAtOnce = 256 * 1024;

    private readonly ShadowWatch _watch;
    private readonly ShadowWatcher _watcher;
    private readonly JournaledShadowStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _readers;
    private readonly EventPosition? _from;
    private Phase _phase = Phase.Begin;
    private EventPosition? _position; // of the last change looked at; null while there was none
    private ShadowScan? _scan;
    private LogReader? _reader;
    private bool _isHurrying;
    private bool _isReady;
    private Dictionary<ShadowId, long> _shown = []; // versions in the scan, until the journal has been read beyond it

    /// <param name="watcher">Taken over.</param>
    /// <param name="from">The last place that the receiver has; null when it has nothing.</param>
    /// <param name="readers">Bounds how many feeds read the disk at once.</param>
    public ChangeFeed(
        ShadowWatch watch, ShadowWatcher watcher, JournaledShadowStore store, EventPosition? from, SemaphoreSlim readers, TimeProvider clock, ILogger logger)
    {
        _watch = watch;
        _watcher = watcher;
        _store = store;
        _from = from;
        _readers = readers;
        _clock = clock;
        _logger = logger;
    }

    private enum Phase
    {
        Begin,
        Scan,
        CatchUp,
        Live,
    }

    private ShadowJournal Journal => _store.Journal;

    /// <summary>The next events, at least one.</summary>
    /// <param name="quiet">After this time without any there is <see cref="FeedEventKind.Quiet"/>.</param>
    /// <exception cref="ObjectDisposedException">The shadows are being closed.</exception>
    public async ValueTask<List<FeedEvent>> NextAsync(TimeSpan quiet, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_phase == Phase.Live)
            {
                if (await NextLiveAsync(quiet, cancellationToken) is { Count: > 0 } live)
                {
                    return live;
                }

                continue;
            }

            await _readers.WaitAsync(cancellationToken);
            try
            {
                if (NextRead() is { Count: > 0 } read)
                {
                    return read;
                }
            }
            catch (CorruptLogException exception)
            {
                _logger.WatchedJournalDamaged(exception);
                return BeginScan();
            }
            finally
            {
                _readers.Release();
            }
        }
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _reader?.Dispose();
    }

    private List<FeedEvent> NextRead() => _phase switch
    {
        Phase.Begin when _from is not null && _from == PositionAt(_from.Offset) => BeginCatchUp(_from),
        Phase.Begin => BeginScan(),
        Phase.Scan => NextScanned(),
        _ => NextOfJournal(),
    };

    private List<FeedEvent> BeginScan()
    {
        _reader?.Dispose();
        _reader = null;
        _position = PositionAt(_store.ReadableEnd - 1); // before the scan, which has at least all up to there
        _scan = _store.Scan(after: "", _watcher.Scope.Prefix);
        _shown = [];
        _isReady = false;
        _phase = Phase.Scan;
        return [new FeedEvent(FeedEventKind.Reset)];
    }

    private List<FeedEvent> NextScanned()
    {
        var events = new List<FeedEvent>();
        foreach (var shadow in _scan!.ReadNext(ShadowsAtOnce))
        {
            if (!_watcher.Scope.Covers(shadow.Id))
            {
                continue;
            }

            try
            {
                events.Add(new FeedEvent(FeedEventKind.Shadow, Id: shadow.Id, Record: shadow.Decode()));
                _shown[shadow.Id] = shadow.Version;
            }
            catch (CorruptShadowException exception)
            {
                _logger.CorruptRecord(shadow.Id, exception);
            }
        }

        if (_scan.IsAtEnd)
        {
            _scan = null;
            BeginCatchUp(_position);
        }

        return events;
    }

    private List<FeedEvent> BeginCatchUp(EventPosition? from)
    {
        _position = from;
        _reader = Journal.Log.OpenReader(from?.Offset + 1 ?? Journal.Log.FirstOffset);
        _phase = Phase.CatchUp;
        return [];
    }

    private List<FeedEvent> NextOfJournal()
    {
        var reader = _reader!;
        if (!reader.TryRead(RecordsAtOnce, BytesAtOnce, out var records))
        {
            reader.Dispose();
            (_reader, _shown, _isHurrying, _phase) = (null, [], false, Phase.Live);
            return _isReady ? [] : Ready();
        }

        if (reader.SkippedRecords > 0)
        {
            return BeginScan(); // the journal let go of them before we came
        }

        var changes = new List<PendingChange>();
        foreach (var record in records)
        {
            var isLast = record.Offset == records[^1].Offset;
            var isWanted = ShadowChangeCodec.TryDecodeKey(record.Key.Span, out var id) && _watcher.Scope.Covers(id);
            if (!isWanted && !isLast)
            {
                continue;
            }

            var change = Journal.Decode(record);
            _position = EventPosition.Of(change);
            if (isWanted && !WasShown(change))
            {
                changes.Add(new PendingChange(change, Skipped: 0));
            }
        }

        return [.. (_isHurrying ? PendingChange.Newest(changes) : changes).Select(FeedEvent.Of)];
    }

    private async ValueTask<List<FeedEvent>> NextLiveAsync(TimeSpan quiet, CancellationToken cancellationToken)
    {
        var offered = _watch.Position; // before the look at what has come
        var pending = _watcher.Take(out var isBehind);
        if (isBehind)
        {
            _isHurrying = true;
            return BeginCatchUp(_position);
        }

        var events = pending.Where(change => change.Change.Offset > (_position?.Offset ?? -1)).Select(FeedEvent.Of).ToList();
        if (events.Count > 0)
        {
            _position = events[^1].Position;
            return events;
        }

        if (offered is not null && offered.Offset > (_position?.Offset ?? -1))
        {
            _position = offered;
        }

        return await _watcher.WaitAsync(quiet, _clock, cancellationToken) ? [] : [new FeedEvent(FeedEventKind.Quiet, _position)];
    }

    private List<FeedEvent> Ready()
    {
        _isReady = true;
        return [new FeedEvent(FeedEventKind.Ready, _position)];
    }

    private bool WasShown(ShadowChange change) =>
        _shown.TryGetValue(change.Id, out var version)
        && (change.Record.Version < version || (change.Record.Version == version && !change.Record.IsTombstone));

    /// <returns>Null when the journal has no such change, or not any more.</returns>
    private EventPosition? PositionAt(long offset)
    {
        var log = Journal.Log;
        if (offset < log.FirstOffset || offset >= log.DurableOffset)
        {
            return null;
        }

        using var reader = log.OpenReader(offset);
        return reader.TryRead(maxRecords: 1, maxBytes: 1, out var records) && records[0].Offset == offset ? EventPosition.Of(Journal.Decode(records[0])) : null;
    }
}
