using System.Globalization;
using System.Reflection;
using Roost.Identity.Store;
using Roost.Storage;

namespace Roost.Identity.Certificates;

/// <summary>
/// The time by which certificates are judged: ADR 0154 and 0175. Never before the day this was built, nor before a moment that has surely been (the floor); and no clock is believed that shows
/// a time that this machine has hardly lived to see. What a time server says counts while it says so: it moves the floor slowly, as nobody proves who answered. Any thread may call.
/// </summary>
internal sealed class TrustedTime(IdentityDatabase database, TimeProvider clock, MachineTime machine) : IIdentityPart
{
    /// <summary>How far a clock that nobody has set may be ahead of the floor: a gateway that lay in a drawer, with a battery for its clock.</summary>
    private static readonly TimeSpan s_believed = TimeSpan.FromDays(3653);

    /// <summary>The same for one that a time server has set: the floor may be that of an old build.</summary>
    private static readonly TimeSpan s_believedWhenSet = TimeSpan.FromDays(7305);

    /// <summary>How far the floor may come after the time server, as multiples of the time that passed here: enough for a machine that runs eight hours a day.</summary>
    private const int CatchingUp = 2;

    /// <summary>Written once a day: a flash card does not notice.</summary>
    private static readonly TimeSpan s_writeInterval = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _floor = BuildDate;
    private DateTimeOffset? _told; // by a time server, last, and the time that has passed since
    private (DateTimeOffset Floor, DateTimeOffset? Told) _written;
    private long _since = clock.GetTimestamp();

    /// <summary>When this was built, or released.</summary>
    public static DateTimeOffset BuildDate { get; } = DateTimeOffset.Parse(
        typeof(TrustedTime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "BuildDate").Value!,
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
            {
                return Read();
            }
        }
    }

    /// <summary>How far <see cref="Now"/> is ahead of the machine's clock; negative: behind it.</summary>
    public TimeSpan AheadOfClock
    {
        get
        {
            lock (_gate)
            {
                return Read() - clock.GetUtcNow();
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var (floor, told) = database.Store.Read(static connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT seen, told FROM trusted_time";
            using var reader = command.ExecuteReader();
            return reader.Read() ? (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1)) : (0L, (long?)null);
        });
        lock (_gate)
        {
            _written = (DateTimeOffset.FromUnixTimeSeconds(floor), told is { } at ? DateTimeOffset.FromUnixTimeSeconds(at) : null);
            _floor = _written.Floor > _floor ? _written.Floor : _floor;
            _told = _written.Told;
        }

        return KeepAsync(cancellationToken);
    }

    /// <summary>Writes down what has surely been, and what was told, where the last time is a day ago.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        (DateTimeOffset Floor, DateTimeOffset? Told) now;
        lock (_gate)
        {
            Read();
            now = (_floor, _told);
            if (now.Floor - _written.Floor < s_writeInterval && (now.Told - _written.Told ?? (now.Told is null ? TimeSpan.Zero : TimeSpan.MaxValue)).Duration() < s_writeInterval)
            {
                return;
            }

            _written = now;
        }

        await database.Store.WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO trusted_time (id, seen, told) VALUES (1, $seen, $told) ON CONFLICT (id) DO UPDATE SET seen = max(seen, excluded.seen), told = excluded.told";
                command.Parameters.AddWithValue("$seen", now.Floor.ToUnixTimeSeconds());
                command.Parameters.AddWithValue("$told", (object?)now.Told?.ToUnixTimeSeconds() ?? DBNull.Value);
                command.ExecuteNonQuery();
            },
            cancellationToken);
    }

    /// <summary>The floor grows by the time that has passed here, and slowly towards what a time server says; never by what an unset clock shows.</summary>
    private DateTimeOffset Read()
    {
        var counted = clock.GetElapsedTime(_since);
        _since = clock.GetTimestamp();
        _told += counted;
        var wall = clock.GetUtcNow();
        if (wall >= BuildDate && machine.IsSynchronised)
        {
            return ReadSet(wall, counted);
        }

        _floor += counted;
        if (wall > _floor)
        {
            return wall - _floor <= s_believed ? wall : _floor;
        }

        return _told > _floor && _told - _floor <= s_believed ? _told.Value : _floor; // the clock is surely wrong: what was told last is the better guess
    }

    private DateTimeOffset ReadSet(DateTimeOffset wall, TimeSpan counted)
    {
        if (wall < _floor + counted)
        {
            // A lie of before may have moved the floor: going at half its pace, it lets the clock come after it again, and who holds the clock back does not stop it.
            var slow = _floor + (counted / 2);
            _floor = wall > slow ? wall : slow;
            _told = null;
            return _floor;
        }

        _floor += counted;
        var ahead = wall - _floor;
        if (ahead > s_believedWhenSet)
        {
            return _floor;
        }

        _told = wall;
        _floor += ahead <= TimeSpan.Zero ? TimeSpan.Zero : ahead < counted * CatchingUp ? ahead : counted * CatchingUp;
        return wall > _floor ? wall : _floor;
    }
}
