using Microsoft.Data.Sqlite;

namespace Roost.Identity.Secrets;

/// <summary>The table <c>secrets</c>.</summary>
internal static class SecretRows
{
    public static IReadOnlyList<SecretRecord> All(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, version, sealed, created_at, changed_at FROM secrets";
        using var reader = command.ExecuteReader();
        var secrets = new List<SecretRecord>();
        while (reader.Read())
        {
            secrets.Add(new SecretRecord(
                reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4))));
        }

        return secrets;
    }

    public static void Put(SqliteConnection connection, SecretRecord secret)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO secrets (name, version, sealed, created_at, changed_at) VALUES ($name, $version, $sealed, $created, $changed)";
        command.Parameters.AddWithValue("$name", secret.Name);
        command.Parameters.AddWithValue("$version", secret.Version);
        command.Parameters.AddWithValue("$sealed", secret.Sealed);
        command.Parameters.AddWithValue("$created", secret.CreatedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$changed", secret.ChangedAt.ToUnixTimeMilliseconds());
        command.ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM secrets WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        command.ExecuteNonQuery();
    }
}
