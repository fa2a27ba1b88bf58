using System.Globalization;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// The time by which events grow old: how long the gateway has run, in all its runs together, and how long it was off as far as the clock on the wall
/// can be believed. Within a run a wall clock that is set changes nothing; between two runs it counts only when it goes forward and was set at both ends.
/// </summary>
/// <remarks>Kept in a file that is written at most once a minute and at the end. Lost, ages begin anew: an event is then tried for longer, never given up early.</remarks>
internal sealed class EventClock : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>No machine that runs this program lives earlier: a clock that shows less has not been set yet.</summary>
    private static readonly DateTimeOffset Plausible = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly ITimer _timer;
    private readonly Lock _writing = new();
    private int _used;

    public EventClock(string path, TimeProvider clock)
    {
        (_path, _clock) = (path, clock);
        Start = Read(path) is var (elapsed, wall) ? elapsed + TimeOff(wall, clock.GetUtcNow()) : TimeSpan.Zero;
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

    private static TimeSpan TimeOff(DateTimeOffset last, DateTimeOffset now) => last >= Plausible && now > last ? now - last : TimeSpan.Zero;

    private static (TimeSpan Elapsed, DateTimeOffset Wall)? Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Split(' ');
            return (TimeSpan.FromMilliseconds(long.Parse(text[0], CultureInfo.InvariantCulture)), DateTimeOffset.Parse(text[1], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            return null;
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
                File.WriteAllText(_path + ".new", $"{now.ToString(CultureInfo.InvariantCulture)} {_clock.GetUtcNow():O}");
                File.Move(_path + ".new", _path, overwrite: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Full or read-only: ages are then counted from an earlier state, which tries events for longer.
        }
    }
}
