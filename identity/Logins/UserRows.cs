using Microsoft.Data.Sqlite;

namespace Roost.Identity.Logins;

/// <summary>The table <c>users</c>.</summary>
internal static class UserRows
{
    public static IReadOnlyList<UserRecord> All(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, algorithm, iterations, salt, hash, thing, created_at, changed_at FROM users";
        using var reader = command.ExecuteReader();
        var users = new List<UserRecord>();
        while (reader.Read())
        {
            users.Add(new UserRecord
            {
                Name = reader.GetString(0),
                Password = new PasswordHash(reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4)),
                Thing = reader.IsDBNull(5) ? null : reader.GetString(5),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
                ChangedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7)),
            });
        }

        return users;
    }

    public static void Put(SqliteConnection connection, UserRecord user)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO users (name, algorithm, iterations, salt, hash, thing, created_at, changed_at) VALUES ($name, $algorithm, $iterations, $salt, $hash, $thing, $created, $changed)";
        command.Parameters.AddWithValue("$name", user.Name);
        command.Parameters.AddWithValue("$algorithm", user.Password.Algorithm);
        command.Parameters.AddWithValue("$iterations", user.Password.Iterations);
        command.Parameters.AddWithValue("$salt", user.Password.Salt);
        command.Parameters.AddWithValue("$hash", user.Password.Hash);
        command.Parameters.AddWithValue("$thing", (object?)user.Thing ?? DBNull.Value);
        command.Parameters.AddWithValue("$created", user.CreatedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$changed", user.ChangedAt.ToUnixTimeMilliseconds());
        command.ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM users WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        command.ExecuteNonQuery();
    }
}
