using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Storage.Logs.Damage;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>Giving up what is damaged, on command only.</summary>
public sealed partial class AppendLog
{
    private readonly SemaphoreSlim _repairing = new(1, 1);

    // Guarded by the gate.
    private TaskCompletionSource? _sealRequested;

    /// <summary>
    /// Gives up the records that are known to be damaged: those before and behind them stay, with their offsets; the lost offsets are noted for readers; the
    /// damaged files stay beside, as <c>*.damaged</c>. Appending goes on meanwhile. A kill at any moment leaves a log that can be repaired again.
    /// </summary>
    /// <param name="dryRun">Only says what would be done.</param>
    /// <exception cref="IOException">A file could not be read or written: what was not repaired by then is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public async Task<LogRepair> RepairAsync(bool dryRun)
    {
        await _repairing.WaitAsync();
        try
        {
            if (!dryRun)
            {
                await SealDamagedAsync();
            }

            var (damage, aside, kept) = (new List<LogDamage>(), new List<string>(), 0L);
            foreach (var segment in DamagedSegments())
            {
                var examination = await Task.Run(() => SegmentExamination.Of(segment));
                damage.AddRange(examination.Damage);
                kept += examination.Damage.Count > 0 ? examination.Records.Count : 0;
                if (!dryRun && examination.Damage.Count > 0 && await Task.Run(() => Repair(examination)) is { } file)
                {
                    aside.Add(file);
                }
            }

            if (!dryRun && damage.Count > 0)
            {
                WriteVerification();
            }

            return new LogRepair(damage, kept, aside);
        }
        finally
        {
            _repairing.Release();
        }
    }

    /// <summary>What is written to stays as it is until it is sealed.</summary>
    private Task SealDamagedAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_damage.Exists(damage => damage.Segment == _writer.Segment.Path))
            {
                return Task.CompletedTask;
            }

            _sealRequested ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _housekeepingDue = true;
            WakeCommitter();
            return _sealRequested.Task;
        }
    }

    /// <summary>Committer only.</summary>
    private void SealOnRequest()
    {
        TaskCompletionSource? requested;
        lock (_gate)
        {
            (requested, _sealRequested) = (_sealRequested, null);
        }

        if (requested is null)
        {
            return;
        }

        try
        {
            if (_failure is null && !_writer.IsEmpty)
            {
                Roll();
            }

            requested.SetResult();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            requested.SetException(exception is IOException full && DiskFile.IsFull(full) ? exception : Fail(exception));
        }
    }

    private List<Segment> DamagedSegments()
    {
        lock (_gate)
        {
            return [.. _segments.Where(segment => segment.Fault is not null || _damage.Exists(damage => damage.Segment == segment.Path))];
        }
    }

    /// <returns>Where the damaged file is now; null where there was none, or the segment was trimmed meanwhile.</returns>
    private string? Repair(SegmentExamination examination)
    {
        var damaged = examination.Segment;
        SegmentRepair.Write(examination, _metrics);

        // First, for a gap that is noted and not there yet does no harm; one that is there and not noted would be passed over in silence.
        _lost.Add(examination.Damage.Select(damage => (damage.FirstOffset, damage.NextOffset)), FirstOffset);
        string? aside;
        lock (_filesGate)
        {
            if (!IsKept(damaged))
            {
                File.Delete(SegmentRepair.PathOf(damaged.Path));
                return null;
            }

            aside = SegmentRepair.Swap(damaged.Path);
            var repaired = Segment.OpenSealed(damaged.Path, damaged.FirstOffset);
            lock (_gate)
            {
                if (_segments.IndexOf(damaged) is >= 0 and var place)
                {
                    _segments[place] = repaired;
                    _sealedBytes += repaired.UsedBytes - damaged.UsedBytes;
                }

                _damage.RemoveAll(damage => damage.Segment == damaged.Path);
                NoteDamagedBytes();
            }
        }

        foreach (var damage in examination.Damage)
        {
            Log.DamageGivenUp(_logger, Folder, damage.Segment, damage.FirstOffset, damage.NextOffset, aside ?? "(it was missing)");
        }

        return aside;
    }
}
