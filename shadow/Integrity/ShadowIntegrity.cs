using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Store;

namespace Roost.Shadow.Integrity;

/// <summary>
/// Knows which shadows are damaged: looks at every row and every change some seconds after each start and when asked, and takes note
/// when a request meets a damaged row. A damaged row whose last change the journal still has is written anew from there.
/// </summary>
internal sealed class ShadowIntegrity : IAsyncDisposable
{
    /// <summary>At a start the shadows themselves come first.</summary>
    public static readonly TimeSpan StartDelay = TimeSpan.FromSeconds(10);

    // In the background at most 10 slices a second of 512 rows or 1 MiB: the disk belongs to who waits for it. A full journal takes some 7 s.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private const int SliceRows = 512;
    private const int MostMet = 1024;

    private readonly JournaledShadowStore _store;
    private readonly TimeProvider _clock;
    private readonly ShadowMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _checking = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ShadowId, Task<bool>> _met = new(); // by requests, since the last check
    private readonly ConcurrentDictionary<ShadowId, bool> _found = new(); // by the last check, and still there
    private readonly Task _background;
    private int _givenUp;

    public ShadowIntegrity(JournaledShadowStore store, TimeProvider clock, ShadowMetrics metrics, ILogger logger)
    {
        _store = store;
        _clock = clock;
        _metrics = metrics;
        _logger = logger;
        store.DamageMet = Meet;
        store.DeletionKept = Deleted;
        metrics.ObserveDamage(() => Damaged, () => Last?.DamagedChanges ?? 0);
        _background = CheckInBackgroundAsync();
    }

    /// <summary>The last check; null before the first has ended.</summary>
    public ShadowCheckReport? Last { get; private set; }

    /// <summary>Shadows that are known to be damaged, but those that were deleted since the check that found them.</summary>
    public long Damaged => Math.Max(0, (Last?.DamagedShadows ?? 0) - Volatile.Read(ref _givenUp)) + _met.Values.Count(healing => healing is not { IsCompletedSuccessfully: true, Result: true });

    /// <summary>Looks at everything now, and heals what can be healed.</summary>
    public async Task<ShadowCheckReport> CheckAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        return await Task.Run(() => CheckAsync(TimeSpan.Zero, either.Token), either.Token);
    }

    /// <summary>A shadow is deleted, and a tombstone stands in the place of what was damaged. Any thread.</summary>
    public void Deleted(ShadowId id)
    {
        _met.TryRemove(id, out _);
        if (_found.TryRemove(id, out _))
        {
            Interlocked.Increment(ref _givenUp);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _background;
        await Task.WhenAll(_met.Values);
        await _checking.WaitAsync(); // a check that was asked for has ended
        _checking.Dispose();
        _stopping.Dispose();
    }

    private async Task CheckInBackgroundAsync()
    {
        try
        {
            await Task.Delay(StartDelay, _clock, _stopping.Token);
            await CheckAsync(s_pause, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The daemon stops; the next start checks again.
        }
        catch (Exception exception) // the outer edge of the task: shadows are served all the same
        {
            _logger.CheckFailed(exception);
        }
    }

    private async Task<ShadowCheckReport> CheckAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        await _checking.WaitAsync(cancellationToken);
        try
        {
            await _store.StoreAsync(); // a row that a waiting change replaces is not worth a word
            var (rows, damaged) = await CheckRowsAsync(pause, cancellationToken);
            var healed = await HealAsync(damaged);
            var journal = _store.CheckJournal();
            while (journal.ReadSlice())
            {
                await PauseAsync(pause, cancellationToken);
            }

            _met.Clear();
            _found.Clear();
            Volatile.Write(ref _givenUp, 0);
            foreach (var row in damaged)
            {
                if (row.Key.TryIdentify(out var id))
                {
                    _found[id] = true;
                }
            }

            Last = new ShadowCheckReport(
                _clock.GetUtcNow(), rows, journal.Records, healed,
                [.. damaged.Take(ShadowCheckReport.MostNamed).Select(row => row.Fault!)], damaged.Count, journal.Damaged, journal.Damage?.Message);
            Tell(Last);
            return Last;
        }
        finally
        {
            _checking.Release();
        }
    }

    private async Task<(long Rows, List<CheckedRow> Damaged)> CheckRowsAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var rows = 0L;
        var damaged = new List<CheckedRow>();
        var last = StoredKey.First;
        while (_store.CheckRows(last, SliceRows) is { Count: > 0 } slice)
        {
            rows += slice.Count;
            damaged.AddRange(slice.Where(row => row.Fault is not null));
            last = slice[^1].Key;
            await PauseAsync(pause, cancellationToken);
        }

        return (rows, damaged);
    }

    /// <summary>Leaves in <paramref name="damaged"/> what could not be healed.</summary>
    private async Task<long> HealAsync(List<CheckedRow> damaged)
    {
        var found = damaged.Count;
        var left = new List<CheckedRow>();
        foreach (var row in damaged)
        {
            if (!row.Key.TryIdentify(out var id) || !await TryHealAsync(id))
            {
                left.Add(row);
            }
        }

        damaged.Clear();
        damaged.AddRange(left);
        return found - left.Count;
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return pause == TimeSpan.Zero ? Task.CompletedTask : Task.Delay(pause, _clock, cancellationToken);
    }

    /// <summary>Called by whoever read the row, the loop of the shadows mostly: takes note and returns.</summary>
    private void Meet(ShadowId id)
    {
        if (!_found.ContainsKey(id) && _met.Count < MostMet && !_stopping.IsCancellationRequested)
        {
            _ = _met.GetOrAdd(id, static (id, self) => Task.Run(() => self.TryHealAsync(id)), this);
        }
    }

    private async Task<bool> TryHealAsync(ShadowId id)
    {
        try
        {
            if (await _store.HealAsync(id) is { } version)
            {
                _metrics.Healed();
                _logger.Healed(id, version);
                return true;
            }
        }
        catch (Exception exception) // the shadow stays as it is, and is counted
        {
            _logger.NotHealed(id, exception);
        }

        return false;
    }

    private void Tell(ShadowCheckReport report)
    {
        if (report.DamagedShadows > 0 || report.DamagedChanges > 0)
        {
            _logger.DamageFound(report.DamagedShadows, report.DamagedChanges, report.Damaged.Concat([report.JournalDamage]).First()!);
        }
        else
        {
            _logger.CheckedSound(report.Shadows, report.Changes);
        }
    }
}
