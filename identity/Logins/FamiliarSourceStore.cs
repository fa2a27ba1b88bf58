using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Roost.Identity.Store;
using Roost.Identity.Things;

namespace Roost.Identity.Logins;

/// <summary>
/// Keeps over restarts from where names come in, so that guessers cannot lock out after one who was at home before it. A new address is rare: what has changed is written
/// once a minute, and at the end.
/// </summary>
internal sealed class FamiliarSourceStore(IdentityDatabase database, GuessingGuard guard, TimeProvider time, ILogger<FamiliarSourceStore> logger) : IIdentityPart, IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _writing = new(1);
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        guard.Restore(database.Store.Read(ReadAll));
        _timer = time.CreateTimer(_ => _ = KeepAsync(), state: null, Interval, Interval);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
            await KeepAsync();
        }
    }

    /// <summary>Writes what has changed; what cannot be written now, next time.</summary>
    public async Task KeepAsync()
    {
        await _writing.WaitAsync();
        try
        {
            var changes = guard.TakeFamiliarChanges();
            if (changes.Count == 0)
            {
                return;
            }

            try
            {
                await database.Store.WriteAsync(connection => Write(connection, changes));
            }
            catch (Exception exception) when (exception is SqliteException or ObjectDisposedException)
            {
                guard.GiveBackFamiliarChanges(changes.Select(static change => change.Name));
                logger.FamiliarNotStored(exception);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private static void Write(SqliteConnection connection, IReadOnlyList<(string Name, IReadOnlyList<string> Sources)> changes)
    {
        foreach (var (name, sources) in changes)
        {
            RegistryRows.Execute(connection, "DELETE FROM familiar_sources WHERE name = $name", ("$name", name));
            foreach (var source in sources)
            {
                RegistryRows.Execute(connection, "INSERT INTO familiar_sources (name, source) VALUES ($name, $source)", ("$name", name), ("$source", source));
            }
        }
    }

    private static List<(string Name, string Source)> ReadAll(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, source FROM familiar_sources";
        using var reader = command.ExecuteReader();
        var found = new List<(string, string)>();
        while (reader.Read())
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }
}
