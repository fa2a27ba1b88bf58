namespace Roost.LocalLambda.Output;

/// <summary>
/// How much of a worker's output is kept: a bucket that holds <see cref="BurstBytes"/> and fills at a rate. What goes beyond is counted, never
/// stored, so that a function that prints without end harms neither memory nor the SD card. Not thread-safe.
/// </summary>
internal sealed class OutputBudget(int bytesPerSecond, TimeProvider clock)
{
    public const int BurstBytes = 1024 * 1024;

    private double _available = BurstBytes;
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Bytes dropped since the last <see cref="TakeSuppressed"/>.</summary>
    public long Suppressed { get; private set; }

    /// <returns>False: drop the line; it has been counted.</returns>
    public bool TryTake(int bytes)
    {
        var now = clock.GetTimestamp();
        _available = Math.Min(BurstBytes, _available + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * bytesPerSecond));
        _filledAt = now;
        if (bytes > _available)
        {
            Suppressed += bytes;
            return false;
        }

        _available -= bytes;
        return true;
    }

    public long TakeSuppressed()
    {
        var suppressed = Suppressed;
        Suppressed = 0;
        return suppressed;
    }
}
