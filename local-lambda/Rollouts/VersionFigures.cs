using System.Text.Json.Serialization;

namespace Roost.LocalLambda.Rollouts;

/// <summary>What a version has done since the rollout began: calls without a qualifier only.</summary>
internal sealed record VersionFigures
{
    /// <summary>Times below the first boundary, 0.1 ms, are in the first bucket; each further one reaches a quarter of a doubling further, the last to more than the longest time-out.</summary>
    public const int Buckets = 94;

    private const double FirstMilliseconds = 0.1;

    public static VersionFigures None { get; } = new();

    public long Invocations { get; init; }

    /// <summary>Failures, time-outs, crashes, and starts that failed.</summary>
    public long Errors { get; init; }

    /// <summary>For each rule of the plan how many took longer than it allows; zero for rules about errors.</summary>
    public IReadOnlyList<long> Slow { get; init; } = [];

    /// <summary>How many took so long; without the zeros at the end. Those that never reached a worker are in none.</summary>
    public IReadOnlyList<int> Durations { get; init; } = [];

    [JsonIgnore]
    public long Timed => Durations.Sum(count => (long)count);

    public static int BucketOf(TimeSpan duration) =>
        (int)Math.Clamp(Math.Ceiling(4 * Math.Log2(Math.Max(duration.TotalMilliseconds, FirstMilliseconds) / FirstMilliseconds)), 0, Buckets - 1);

    /// <summary>To about a tenth of its value, upwards; zero when nothing was timed.</summary>
    /// <param name="share">From 0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        var left = share * Timed;
        for (var i = 0; i < Durations.Count; i++)
        {
            left -= Durations[i];
            if (left <= 0 && Durations[i] > 0)
            {
                return TimeSpan.FromMilliseconds(FirstMilliseconds * Math.Pow(2, i / 4.0));
            }
        }

        return TimeSpan.Zero;
    }
}
