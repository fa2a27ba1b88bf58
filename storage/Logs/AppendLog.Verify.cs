using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs.Damage;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>Reading every record again, at a gentle rate or on command, and what is known of damage.</summary>
public sealed partial class AppendLog
{
    private const int SliceBytes = 1024 * 1024;

    /// <summary>Between slices in the background: 10 GB take three hours, and no reader notices.</summary>
    private static readonly TimeSpan s_gentleRest = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether a pass is due.</summary>
    private static readonly TimeSpan s_watchPeriod = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stopping = new();
    private LostOffsets _lost = null!; // set while the log is opened
    private ITimer? _watchTimer;
    private volatile bool _verifiesFast;

    // Guarded by the gate.
    private readonly List<LogDamage> _damage = [];
    private readonly HashSet<Segment> _suspects = [];
    private Task _verifying = Task.CompletedTask;
    private Task _examining = Task.CompletedTask;
    private DateTimeOffset? _verified;
    private long _checkedBytes;
    private long _bytesToCheck;

    /// <summary>What is known of the log's soundness now.</summary>
    public LogVerification Verification
    {
        get
        {
            lock (_gate)
            {
                return new LogVerification(!_verifying.IsCompleted, _checkedBytes, _bytesToCheck, _verified, [.. _damage.OrderBy(damage => damage.FirstOffset)]);
            }
        }
    }

    /// <summary>Records that were lost to damage and given up by a repair, as offsets: first, and behind the last. Those that retention freed since are not among them.</summary>
    public IReadOnlyList<(long First, long Next)> LostRecords => _lost.Ranges;

    /// <summary>How many offsets from <paramref name="first"/> to before <paramref name="next"/> were lost to damage and given up by a repair.</summary>
    public long LostWithin(long first, long next) => _lost.CountWithin(first, next);

    /// <summary>Begins to read every record again, with half of one core at most, or lets a pass that is under way go on at that rate.</summary>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public void BeginVerification()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _verifiesFast = true;
            StartVerification();
        }
    }

    /// <summary>A reader does not find the segment's file: in order where it was trimmed or repaired meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The log is closed: its folder may be gone, or be another log's.</exception>
    /// <exception cref="CorruptLogException">The log relies on the file.</exception>
    internal void ThrowIfKept(Segment segment, long offset, string reason)
    {
        lock (_filesGate) // a repair that is just putting its file there
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (!_segments.Contains(segment))
                {
                    return;
                }
            }
        }

        NoteDamage(segment);
        throw new CorruptLogException(segment.Path, offset, reason);
    }

    /// <summary>A reader came upon damage: what exactly it is will be known soon.</summary>
    internal void NoteDamage(Segment segment)
    {
        lock (_gate)
        {
            if (_options.OpensDamaged && !_disposed && _segments.Contains(segment) && !_damage.Exists(damage => damage.Segment == segment.Path) && _suspects.Add(segment) && _examining.IsCompleted)
            {
                _examining = Task.Run(ExamineSuspects);
            }
        }
    }

    /// <summary>Takes up what is known from before, and the timer.</summary>
    private void BeginWatch()
    {
        _lost = LostOffsets.Open(Folder);
        if (!_options.OpensDamaged)
        {
            return;
        }

        var (ended, damage) = VerificationFile.Read(Folder);
        lock (_gate)
        {
            _verified = ended;
            _damage.AddRange(damage.Where(one => _segments.Exists(segment => segment.Path == one.Segment && segment.Fault is null)));
            NoteDamagedBytes();
        }

        foreach (var segment in _segments.Where(segment => segment.Fault is not null).ToList())
        {
            NoteDamage(segment);
        }

        StartWatchTimer();
    }

    private void StartWatchTimer()
    {
        if (_options.VerifyEvery is { } every)
        {
            var period = every < s_watchPeriod ? every : s_watchPeriod;
            _watchTimer = _clock.CreateTimer(_ => VerifyIfDue(every), null, period, period);
        }
    }

    private void VerifyIfDue(TimeSpan every)
    {
        lock (_gate)
        {
            // A clock that was set back has no say in when the last pass was.
            var since = _clock.GetUtcNow() - _verified;
            if (_disposed || _nextOffset == _segments[0].FirstOffset || (since < every && since >= TimeSpan.Zero))
            {
                return;
            }

            StartVerification();
        }
    }

    /// <summary>In the gate.</summary>
    private void StartVerification()
    {
        if (_verifying.IsCompleted)
        {
            _checkedBytes = 0;
            _bytesToCheck = _segments.Sum(segment => segment.ReadableBytes - SegmentHeader.Bytes);
            _verifying = Task.Run(VerifyAsync);
        }
    }

    private async Task VerifyAsync()
    {
        try
        {
            List<Segment> segments;
            lock (_gate)
            {
                segments = [.. _segments];
            }

            foreach (var segment in segments)
            {
                await VerifyAsync(segment);
            }

            lock (_gate)
            {
                _verified = _clock.GetUtcNow();
                _damage.RemoveAll(damage => !_segments.Exists(segment => segment.Path == damage.Segment));
                NoteDamagedBytes();
            }

            WriteVerification();
        }
        catch (OperationCanceledException)
        {
            // The log is being closed; the next pass begins anew.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.VerificationFailed(_logger, Folder, exception);
        }
        finally
        {
            _verifiesFast = false;
        }
    }

    private async Task VerifyAsync(Segment segment)
    {
        try
        {
            using var check = SegmentCheck.TryBegin(segment);
            if (check is null)
            {
                Examine(segment);
                return;
            }

            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                var bytes = check.Step(SliceBytes, out var isSound);
                Interlocked.Add(ref _checkedBytes, bytes);
                _metrics.Verified(bytes);
                if (!isSound)
                {
                    Examine(segment);
                    return;
                }

                if (bytes == 0)
                {
                    Forget(segment);
                    return;
                }

                await Task.Delay(_verifiesFast ? Stopwatch.GetElapsedTime(began) : s_gentleRest, TimeProvider.System, _stopping.Token); // real time: it is a real disk that is spared
            }
        }
        catch (FileNotFoundException) when (!IsKept(segment))
        {
            // Trimmed meanwhile.
        }
    }

    private void ExamineSuspects()
    {
        while (true)
        {
            Segment? segment;
            lock (_gate)
            {
                segment = _suspects.FirstOrDefault();
            }

            if (segment is null)
            {
                return;
            }

            try
            {
                Examine(segment);
                WriteVerification();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.VerificationFailed(_logger, Folder, exception);
            }

            lock (_gate)
            {
                _suspects.Remove(segment);
            }
        }
    }

    /// <summary>Finds out what exactly is damaged, and says so.</summary>
    private void Examine(Segment segment)
    {
        var found = SegmentExamination.Of(segment).Damage;
        lock (_gate)
        {
            if (!_segments.Contains(segment))
            {
                return;
            }

            if (_damage.Where(damage => damage.Segment == segment.Path).SequenceEqual(found))
            {
                return; // told before
            }

            _damage.RemoveAll(damage => damage.Segment == segment.Path);
            _damage.AddRange(found);
            NoteDamagedBytes();
        }

        foreach (var damage in found)
        {
            Log.DamageFound(_logger, Folder, damage.Segment, damage.Position, damage.FirstOffset, damage.NextOffset, damage.Reason);
        }
    }

    private void Forget(Segment segment)
    {
        lock (_gate)
        {
            _damage.RemoveAll(damage => damage.Segment == segment.Path);
            NoteDamagedBytes();
        }
    }

    /// <summary>In the gate.</summary>
    private void NoteDamagedBytes() => _metrics.DamagedPlaces = _damage.Count;

    private void WriteVerification()
    {
        var verification = Verification;
        _metrics.Replaced(VerificationFile.Write(Folder, verification.Ended, verification.Damage));
    }

    /// <summary>Lets what is under way end.</summary>
    private async Task EndVerificationAsync()
    {
        if (_watchTimer is not null)
        {
            await _watchTimer.DisposeAsync();
        }

        await _stopping.CancelAsync();
        await _verifying;
        await _examining;
        _stopping.Dispose();
    }
}
