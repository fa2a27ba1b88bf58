using System.Globalization;
using System.Reflection;
using Roost.Identity.Store;
using Roost.Storage;

namespace Roost.Identity.Certificates;

/// <summary>
/// The time by which certificates are judged: ADR 0154. Never before the day this was built, nor before a moment that has surely been; and a clock that nobody has set
/// is not believed when it shows a time that this machine has hardly lived to see. Any thread may call.
/// </summary>
internal sealed class TrustedTime(IdentityDatabase database, TimeProvider clock, MachineTime machine) : IIdentityPart
{
    /// <summary>How far a clock that nobody has set may be ahead of what is known: a gateway that lay in a drawer, with a battery for its clock.</summary>
    private static readonly TimeSpan s_believed = TimeSpan.FromDays(3653);

    /// <summary>Written once a day: a flash card does not notice.</summary>
    private static readonly TimeSpan s_writeInterval = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private DateTimeOffset _seen = BuildDate;
    private DateTimeOffset _written;
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

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var seen = database.Store.Read(static connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT seen FROM trusted_time";
            return command.ExecuteScalar() as long? ?? 0;
        });
        lock (_gate)
        {
            _written = DateTimeOffset.FromUnixTimeSeconds(seen);
            _seen = _written > _seen ? _written : _seen;
        }

        return KeepAsync(cancellationToken);
    }

    /// <summary>Writes down what has surely been, where the last time is a day ago.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset seen;
        lock (_gate)
        {
            Read();
            seen = _seen;
            if (seen - _written < s_writeInterval)
            {
                return;
            }

            _written = seen;
        }

        await database.Store.WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "INSERT INTO trusted_time (id, seen) VALUES (1, $seen) ON CONFLICT (id) DO UPDATE SET seen = max(seen, excluded.seen)";
                command.Parameters.AddWithValue("$seen", seen.ToUnixTimeSeconds());
                command.ExecuteNonQuery();
            },
            cancellationToken);
    }

    /// <summary>What has been seen grows by what a time server says, or by the time that has passed here; never by what an unset clock shows.</summary>
    private DateTimeOffset Read()
    {
        var counted = clock.GetElapsedTime(_since);
        _since = clock.GetTimestamp();
        _seen += counted;
        var wall = clock.GetUtcNow();
        if (wall <= _seen)
        {
            return _seen;
        }

        if (machine.IsSynchronised)
        {
            _seen = wall;
            return wall;
        }

        return wall - _seen <= s_believed ? wall : _seen;
    }
}
