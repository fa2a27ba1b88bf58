using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Roost.Identity.Store;

namespace Roost.Identity.Provisioning;

/// <summary>Tokens of certificates that were handed out and wait for their things: durable, so that a restart leaves nothing half-done. Bounded, and all in memory too.</summary>
internal sealed class OwnershipStore(IdentityDatabase database)
{
    /// <summary>Certificates that wait for their things at once, of all.</summary>
    public const int MostOpen = 1000;

    /// <summary>Of one principal, so that a stolen claim cannot keep the others from theirs.</summary>
    public const int MostOpenOfOne = 250;

    /// <summary>Of one address, whatever claims it has: a claim is shared by all devices of a factory, and whoever has stolen one comes from somewhere.</summary>
    public const int MostOpenOfAddress = 50;

    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1); // AWS IoT's

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Ownership> _all = [];
    private readonly Dictionary<string, int> _promisedTo = new(StringComparer.Ordinal);
    private int _promised;

    /// <summary>256 bits from the kernel, in the alphabet of URLs.</summary>
    public static string NewToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public IReadOnlyList<Ownership> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all.Values];
            }
        }
    }

    public void Load()
    {
        var rows = database.Store.Read(ReadAll);
        lock (_gate)
        {
            _all.Clear();
            rows.ForEach(row => _all[row.Hash] = row);
        }
    }

    public Ownership? Find(string hash)
    {
        lock (_gate)
        {
            return _all.GetValueOrDefault(hash);
        }
    }

    /// <summary>Keeps a place for one more, before the certificate is made.</summary>
    /// <returns>False: there are too many that wait.</returns>
    public bool TryPromise(string principal, string address)
    {
        lock (_gate)
        {
            var (open, own, here) = (_promised, 0, _promisedTo.GetValueOrDefault(address));
            foreach (var ownership in _all.Values)
            {
                if (ownership.State != OwnershipState.Done)
                {
                    open++;
                    own += ownership.Principal == principal ? 1 : 0;
                    here += ownership.Address == address ? 1 : 0;
                }
            }

            if (open >= MostOpen || own >= MostOpenOfOne || here >= MostOpenOfAddress)
            {
                return false;
            }

            _promised++;
            _promisedTo[address] = _promisedTo.GetValueOrDefault(address) + 1;
            return true;
        }
    }

    public void EndPromise(string address)
    {
        lock (_gate)
        {
            _promised--;
            if (--_promisedTo[address] == 0)
            {
                _promisedTo.Remove(address);
            }
        }
    }

    /// <returns>The oldest that a device has asked for and not registered; null: there is none. It asks anew because an answer was lost, or it would have registered it.</returns>
    public Ownership? FindAbandoned(string principal, string client, string address)
    {
        lock (_gate)
        {
            return _all.Values.Where(one => one.State == OwnershipState.Open && one.Principal == principal && one.Client == client && one.Address == address).MinBy(static one => one.ExpiresAt);
        }
    }

    /// <summary>Writes it durably, in the place of what is known of its token.</summary>
    public async Task PutAsync(Ownership ownership)
    {
        await database.Store.WriteAsync(connection => Write(connection, ownership));
        lock (_gate)
        {
            _all[ownership.Hash] = ownership;
        }
    }

    public async Task RemoveAsync(string hash)
    {
        await database.Store.WriteAsync(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM provisioning_tokens WHERE hash = $hash";
            command.Parameters.AddWithValue("$hash", hash);
            command.ExecuteNonQuery();
        });
        lock (_gate)
        {
            _all.Remove(hash);
        }
    }

    private static void Write(SqliteConnection connection, Ownership ownership)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO provisioning_tokens VALUES ($hash, $fingerprint, $pem, $principal, $client, $expires, $state, $thing, $makes, $request, $answer)";
        command.Parameters.AddWithValue("$hash", ownership.Hash);
        command.Parameters.AddWithValue("$fingerprint", ownership.Fingerprint);
        command.Parameters.AddWithValue("$pem", ownership.Pem);
        command.Parameters.AddWithValue("$principal", ownership.Principal);
        command.Parameters.AddWithValue("$client", ownership.Client);
        command.Parameters.AddWithValue("$expires", ownership.ExpiresAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$state", ownership.State.ToString());
        command.Parameters.AddWithValue("$thing", ownership.Thing ?? (object)DBNull.Value);
        command.Parameters.AddWithValue("$makes", ownership.MakesThing ? 1 : 0);
        command.Parameters.AddWithValue("$request", ownership.Request ?? (object)DBNull.Value);
        command.Parameters.AddWithValue("$answer", ownership.Answer ?? (object)DBNull.Value);
        command.ExecuteNonQuery();
    }

    private static List<Ownership> ReadAll(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT hash, fingerprint, pem, principal, client, expires_at, state, thing, makes_thing, request, answer FROM provisioning_tokens";
        using var rows = command.ExecuteReader();
        var found = new List<Ownership>();
        while (rows.Read())
        {
            found.Add(new Ownership(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(5)))
            {
                State = Enum.Parse<OwnershipState>(rows.GetString(6)),
                Thing = rows.IsDBNull(7) ? null : rows.GetString(7),
                MakesThing = rows.GetInt64(8) != 0,
                Request = rows.IsDBNull(9) ? null : rows.GetString(9),
                Answer = rows.IsDBNull(10) ? null : rows.GetString(10),
            });
        }

        return found;
    }
}
