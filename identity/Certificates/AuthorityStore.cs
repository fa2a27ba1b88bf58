using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Data.Sqlite;
using Roost.Identity.Store;
using Roost.Identity.Things;

namespace Roost.Identity.Certificates;

/// <summary>The CAs whose client certificates are taken, in the database and in memory. Any thread may call.</summary>
internal sealed class AuthorityStore(IdentityDatabase database) : IIdentityPart
{
    private readonly Lock _gate = new();
    private volatile AuthoritySnapshot _snapshot = AuthoritySnapshot.Empty;

    public AuthoritySnapshot Snapshot => _snapshot;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Reload();
        return Task.CompletedTask;
    }

    /// <summary>The gateway has had a CA.</summary>
    public bool HasOwn() => _snapshot.All.Any(static authority => authority.IsOwn);

    /// <summary>What the gateway's own CA has signed is taken, also when another certificate stands for the CA later.</summary>
    public async Task RememberOwnAsync(X509Certificate2Collection chain, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_snapshot.All.Any(authority => authority.IsOwn && authority.Certificate.RawDataMemory.Span.SequenceEqual(chain[0].RawDataMemory.Span)))
        {
            return;
        }

        await SaveAsync(new AuthorityRecord(Fingerprints.Of(chain[0]), chain, IsOwn: true, Registers: false, Activates: false, Policy: null, ThingSource.None, now), cancellationToken);
    }

    public async Task SaveAsync(AuthorityRecord authority, CancellationToken cancellationToken)
    {
        await database.Store.WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = """
                    INSERT INTO authorities (fingerprint, chain, is_own, auto_register, activates, policy, thing_from, created_at)
                    VALUES ($fingerprint, $chain, $own, $registers, $activates, $policy, $from, $created)
                    ON CONFLICT (fingerprint) DO UPDATE SET chain = excluded.chain, is_own = excluded.is_own, auto_register = excluded.auto_register,
                        activates = excluded.activates, policy = excluded.policy, thing_from = excluded.thing_from
                    """;
                command.Parameters.AddWithValue("$fingerprint", authority.Fingerprint);
                command.Parameters.AddWithValue("$chain", authority.Chain.ExportCertificatePems());
                command.Parameters.AddWithValue("$own", authority.IsOwn);
                command.Parameters.AddWithValue("$registers", authority.Registers);
                command.Parameters.AddWithValue("$activates", authority.Activates);
                command.Parameters.AddWithValue("$policy", (object?)authority.Policy ?? DBNull.Value);
                command.Parameters.AddWithValue("$from", authority.ThingFrom.ToString());
                command.Parameters.AddWithValue("$created", authority.CreatedAt.ToUnixTimeMilliseconds());
                command.ExecuteNonQuery();
                RegistryRows.Execute(connection, "DELETE FROM distrusted_authorities WHERE key = $key", ("$key", Fingerprints.OfKey(authority.Certificate)));
            },
            cancellationToken);
        Reload();
    }

    /// <summary>Trusts it no longer, nor any certificate of its key where that stands on the way to another CA.</summary>
    public async Task DeleteAsync(AuthorityRecord authority, CancellationToken cancellationToken)
    {
        await database.Store.WriteAsync(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "DELETE FROM authorities WHERE fingerprint = $fingerprint AND is_own = 0";
                command.Parameters.AddWithValue("$fingerprint", authority.Fingerprint);
                command.ExecuteNonQuery();
                RegistryRows.Execute(connection, "INSERT OR IGNORE INTO distrusted_authorities (key) VALUES ($key)", ("$key", Fingerprints.OfKey(authority.Certificate)));
            },
            cancellationToken);
        Reload();
    }

    private void Reload()
    {
        lock (_gate)
        {
            _snapshot = database.Store.Read(static connection => new AuthoritySnapshot(ReadAll(connection), ReadDistrusted(connection)));
        }
    }

    private static FrozenSet<string> ReadDistrusted(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT key FROM distrusted_authorities";
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found.ToFrozenSet(StringComparer.Ordinal);
    }

    private static ImmutableArray<AuthorityRecord> ReadAll(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT fingerprint, chain, is_own, auto_register, activates, policy, thing_from, created_at FROM authorities ORDER BY created_at, fingerprint";
        using var reader = command.ExecuteReader();
        var found = ImmutableArray.CreateBuilder<AuthorityRecord>();
        while (reader.Read())
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(reader.GetString(1));
            found.Add(new AuthorityRecord(
                reader.GetString(0), chain, reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.IsDBNull(5) ? null : reader.GetString(5),
                Enum.Parse<ThingSource>(reader.GetString(6)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7))));
        }

        return found.DrainToImmutable();
    }
}
