using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Roost.Identity.Policies.Documents;
using Roost.Identity.Store;

namespace Roost.Identity.Policies;

/// <summary>The rows of policies and attachments. Each change is durable when its task completes.</summary>
internal sealed class PolicyTable(IdentityDatabase database)
{
    public PolicySnapshot Load() => database.Store.Read(connection =>
    {
        var policies = PolicySnapshot.Empty.Policies.ToBuilder();
        using (var command = Command(connection, "SELECT name, document, version, changed FROM policy"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                var policy = Read(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3));
                policies[policy.Name] = policy;
            }
        }

        var attached = new Dictionary<string, ImmutableSortedSet<string>.Builder>(StringComparer.Ordinal);
        using (var command = Command(connection, "SELECT target, policy FROM policy_attachment"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                var target = rows.GetString(0);
                var policy = rows.GetString(1);
                if (!policies.ContainsKey(policy))
                {
                    throw new IdentityDamagedException($"Policy {policy}, attached to {target}, is not in {database.Store.Path}. Restore the database from a backup.");
                }

                (attached.TryGetValue(target, out var names) ? names : attached[target] = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal)).Add(policy);
            }
        }

        return new PolicySnapshot(policies.ToImmutable(), attached.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value.ToImmutable(), StringComparer.Ordinal));
    });

    public Task PutAsync(StoredPolicy policy) => RunAsync(
        "INSERT INTO policy (name, document, version, changed) VALUES ($name, $document, $version, $changed)"
            + " ON CONFLICT (name) DO UPDATE SET document = excluded.document, version = excluded.version, changed = excluded.changed",
        ("$name", policy.Name),
        ("$document", policy.Text),
        ("$version", policy.Version),
        ("$changed", policy.ChangedAt.ToUnixTimeMilliseconds()));

    public Task DeleteAsync(string name) => RunAsync("DELETE FROM policy WHERE name = $name", ("$name", name));

    public Task AttachAsync(string policy, string target) => RunAsync(
        "INSERT INTO policy_attachment (target, policy) VALUES ($target, $policy)", ("$target", target), ("$policy", policy));

    public Task DetachAsync(string policy, string target) => RunAsync(
        "DELETE FROM policy_attachment WHERE target = $target AND policy = $policy", ("$target", target), ("$policy", policy));

    public Task DetachAllAsync(string target) => RunAsync("DELETE FROM policy_attachment WHERE target = $target", ("$target", target));

    /// <remarks>Not to be cancelled: what is on its way to the disk has to come into the snapshot.</remarks>
    private Task RunAsync(string sql, params (string Name, object Value)[] parameters) => database.Store.WriteAsync(connection =>
    {
        using var command = Command(connection, sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    });

    private StoredPolicy Read(string name, string text, long version, long changed)
    {
        var document = PolicyReader.Read(text, out var faults)
            ?? throw new IdentityDamagedException($"Policy {name} in {database.Store.Path} cannot be read: {faults[0]}. Restore the database from a backup.");
        return new StoredPolicy(name, text, document, version, DateTimeOffset.FromUnixTimeMilliseconds(changed));
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
