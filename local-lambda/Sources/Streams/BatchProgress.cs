namespace Roost.LocalLambda.Sources.Streams;

/// <summary>Where one partition stands, for status and metrics; written by its loop, read by anybody.</summary>
internal sealed class BatchProgress
{
    public const string None = "No records processed";
    public const string Ok = "OK";

    private volatile string _lastResult = None;
    private long _oldestTicks;

    public string LastResult
    {
        get => _lastResult;
        set => _lastResult = value;
    }

    public bool HasProblem => _lastResult is not (None or Ok);

    /// <summary>When the oldest record that was read and is not done was appended; null when there is none.</summary>
    public DateTimeOffset? Oldest
    {
        get => Interlocked.Read(ref _oldestTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _oldestTicks, value?.UtcTicks ?? 0);
    }

    public static string Problem(string what) => $"PROBLEM: {what}";
}
