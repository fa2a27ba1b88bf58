using System.Globalization;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// The time by which events grow old: how long the gateway has run, in all its runs together. The time that it was off does not count, for nothing could
/// be tried then; the clock on the wall is not asked, and may be set to anything.
/// </summary>
/// <remarks>Kept in a file that is written at most once a minute and at the end. Lost, ages begin anew: an event is then tried for longer, never given up early.</remarks>
internal sealed class EventClock : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly ITimer _timer;
    private readonly Lock _writing = new();
    private int _used;

    public EventClock(string path, TimeProvider clock)
    {
        (_path, _clock) = (path, clock);
        Start = Read(path);
        _startedAt = clock.GetTimestamp();
        _timer = clock.CreateTimer(static state => ((EventClock)state!).SaveIfUsed(), this, Period, Period);
    }

    /// <summary>What it showed when this run began.</summary>
    public TimeSpan Start { get; }

    public TimeSpan Now
    {
        get
        {
            Volatile.Write(ref _used, 1);
            return Start + _clock.GetElapsedTime(_startedAt);
        }
    }

    /// <summary>The time of a kept event; one that was stamped by a clock which was lost since counts from the start of this run.</summary>
    public TimeSpan Believe(TimeSpan stamp) => stamp > Now ? Start : stamp;

    public void Dispose()
    {
        _timer.Dispose();
        Save();
    }

    private static TimeSpan Read(string path)
    {
        try
        {
            // Former releases wrote the time on the wall behind it.
            return TimeSpan.FromMilliseconds(long.Parse(File.ReadAllText(path).Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <summary>A gateway without events writes nothing to its SD card.</summary>
    private void SaveIfUsed()
    {
        if (Interlocked.Exchange(ref _used, 0) == 1)
        {
            Save();
        }
    }

    private void Save()
    {
        try
        {
            lock (_writing)
            {
                var now = (long)(Start + _clock.GetElapsedTime(_startedAt)).TotalMilliseconds;
                File.WriteAllText(_path + ".new", now.ToString(CultureInfo.InvariantCulture));
                File.Move(_path + ".new", _path, overwrite: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Full or read-only: ages are then counted from an earlier state, which tries events for longer.
        }
    }
}
