namespace Roost.LocalLambda.Rollouts;

/// <summary>Counts while a rollout is in progress. Any thread counts; the <see cref="RolloutConductor"/> lets time pass.</summary>
internal sealed class RolloutFigures
{
    /// <summary>More than this cannot pass between two looks, a second apart: the machine slept, or a clock jumped.</summary>
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly RolloutRule[] _rules;
    private readonly string _canary;
    private readonly Counts _stableCounts;
    private readonly Counts _canaryCounts;
    private long _lastBeat;

    public RolloutFigures(Rollout rollout, TimeProvider clock)
    {
        (Id, _clock, _canary) = (rollout.Id, clock, rollout.Canary);
        _rules = [.. rollout.Plan.RollbackOn.Select(text => RolloutRule.TryParse(text)!)];
        _stableCounts = new Counts(rollout.StableFigures, _rules.Length);
        _canaryCounts = new Counts(rollout.CanaryFigures, _rules.Length);
        (Elapsed, KeptElapsed, _lastBeat) = (rollout.Elapsed, rollout.Elapsed, clock.GetTimestamp());
    }

    /// <summary>Of the rollout.</summary>
    public string Id { get; }

    public TimeSpan Elapsed { get; private set; }

    /// <summary>What of <see cref="Elapsed"/> is on the disk.</summary>
    public TimeSpan KeptElapsed { get; set; }

    /// <param name="startedAt">When a worker was chosen, by the clock's timestamp; 0 when none was.</param>
    public void Count(string version, bool failed, long startedAt)
    {
        TimeSpan? duration = startedAt == 0 ? null : _clock.GetElapsedTime(startedAt);
        lock (_gate)
        {
            var counts = version == _canary ? _canaryCounts : _stableCounts;
            counts.Invocations++;
            counts.Errors += failed ? 1 : 0;
            if (duration is not { } time)
            {
                return;
            }

            counts.Durations[VersionFigures.BucketOf(time)]++;
            for (var i = 0; i < _rules.Length; i++)
            {
                counts.Slow[i] += _rules[i].Percentile is not null && time > _rules[i].Longest ? 1 : 0;
            }
        }
    }

    /// <summary>Lets the time pass that has passed since the last call.</summary>
    public void Beat()
    {
        var now = _clock.GetTimestamp();
        var passed = _clock.GetElapsedTime(_lastBeat, now);
        _lastBeat = now;
        Elapsed += passed > LongestBeat ? LongestBeat : passed;
    }

    public (VersionFigures Stable, VersionFigures Canary) Read()
    {
        lock (_gate)
        {
            return (_stableCounts.Read(), _canaryCounts.Read());
        }
    }

    private sealed class Counts
    {
        public Counts(VersionFigures kept, int rules)
        {
            (Invocations, Errors) = (kept.Invocations, kept.Errors);
            Slow = [.. kept.Slow.Take(rules), .. new long[Math.Max(0, rules - kept.Slow.Count)]];
            Durations = [.. kept.Durations.Take(VersionFigures.Buckets), .. new int[Math.Max(0, VersionFigures.Buckets - kept.Durations.Count)]];
        }

        public long Invocations { get; set; }

        public long Errors { get; set; }

        public long[] Slow { get; }

        public int[] Durations { get; }

        public VersionFigures Read() => new()
        {
            Invocations = Invocations,
            Errors = Errors,
            Slow = [.. Slow],
            Durations = Durations[..(Array.FindLastIndex(Durations, static count => count > 0) + 1)],
        };
    }
}
