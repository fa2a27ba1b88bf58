namespace Roost.Identity.Logins;

/// <summary>
/// Wrong tries by key, in a fixed number of places. Each key has <see cref="Ways"/> places where it may stand; when all are taken, the one with the
/// fewest failures goes: who fills the table with names that he makes up cannot wash away a lock. Strings are hashed by a key of this process, so that
/// nobody can choose names that meet in one set. Not thread-safe.
/// </summary>
internal sealed class GuessingTable(GuessingLimit limit, int sets, TimeProvider time)
{
    private const int Ways = 8;

    private readonly GuessingRecord?[] _places = new GuessingRecord?[sets * Ways];

    public IEnumerable<GuessingRecord> Records => _places.Where(record => record is not null && !IsOver(record))!;

    public TimeSpan LockedFor(string key) => Find(key) is { } record ? LockedFor(record) : TimeSpan.Zero;

    public TimeSpan LockedFor(GuessingRecord record)
    {
        var left = limit.LockAfter(record.Failures) - time.GetElapsedTime(record.At);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <returns>The lock that this failure has caused; zero: none.</returns>
    public TimeSpan Fail(string key, string? name, string? source)
    {
        var record = Find(key) ?? Place(new GuessingRecord(key, name, source));
        record.Failures++;
        record.At = time.GetTimestamp();
        return limit.LockAfter(record.Failures);
    }

    public void Forget(string key)
    {
        var places = PlacesOf(key);
        for (var way = 0; way < Ways; way++)
        {
            if (places[way]?.Key == key)
            {
                places[way] = null;
            }
        }
    }

    private GuessingRecord? Find(string key)
    {
        foreach (var record in PlacesOf(key))
        {
            if (record?.Key == key && !IsOver(record))
            {
                return record;
            }
        }

        return null;
    }

    private GuessingRecord Place(GuessingRecord record)
    {
        var places = PlacesOf(record.Key);
        var best = 0;
        for (var way = 0; way < Ways; way++)
        {
            if (places[way] is not { } other || IsOver(other) || other.Key == record.Key)
            {
                best = way;
                break;
            }

            if ((other.Failures, other.At).CompareTo((places[best]!.Failures, places[best]!.At)) < 0)
            {
                best = way;
            }
        }

        places[best] = record;
        return record;
    }

    private bool IsOver(GuessingRecord record) => time.GetElapsedTime(record.At) > GuessingLimit.Memory;

    private Span<GuessingRecord?> PlacesOf(string key) => _places.AsSpan((int)((uint)key.GetHashCode(StringComparison.Ordinal) % (uint)sets) * Ways, Ways);
}
