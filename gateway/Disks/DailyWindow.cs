namespace Roost.Gateway.Disks;

/// <summary>
/// How much a counter grows in a day, by the last day: all of it counts alike, so that neither a burst nor a quiet moment makes a prediction. For one thread at a time.
/// </summary>
internal sealed class DailyWindow(TimeProvider clock)
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMinutes(5);

    /// <summary>A day predicted from less would be a guess.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMinutes(15);

    private const int MostLooks = 24 * 60 / 5;

    private readonly Queue<(long At, long Total)> _looks = new(MostLooks + 1);
    private long _last;

    /// <summary>To be called each <see cref="Step"/>.</summary>
    /// <param name="total">Null: it is not known at the moment.</param>
    public void Note(long? total)
    {
        if (total is not { } known)
        {
            return;
        }

        if (known < _last)
        {
            _looks.Clear(); // another disk, or a counter that began anew
        }

        _last = known;
        _looks.Enqueue((clock.GetTimestamp(), known));
        if (_looks.Count > MostLooks)
        {
            _looks.Dequeue();
        }
    }

    /// <param name="total">The counter now.</param>
    /// <returns>Null while it is not known.</returns>
    public DailyRate? Rate(long? total)
    {
        if (total is not { } known || !_looks.TryPeek(out var first) || known < first.Total)
        {
            return null;
        }

        var over = clock.GetElapsedTime(first.At);
        return over < Least ? null : new DailyRate((known - first.Total) / over.TotalDays, over);
    }
}
