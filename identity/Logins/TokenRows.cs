using Microsoft.Data.Sqlite;

namespace Roost.Identity.Logins;

/// <summary>The table <c>tokens</c>.</summary>
internal static class TokenRows
{
    public static IReadOnlyList<TokenRecord> All(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, hash, label, thing, is_app, created_at, expires_at, used_at FROM tokens";
        using var reader = command.ExecuteReader();
        var tokens = new List<TokenRecord>();
        while (reader.Read())
        {
            tokens.Add(new TokenRecord
            {
                Id = reader.GetString(0),
                Hash = reader.GetFieldValue<byte[]>(1),
                Label = reader.GetString(2),
                Thing = reader.IsDBNull(3) ? null : reader.GetString(3),
                IsApp = reader.GetBoolean(4),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
                ExpiresAt = reader.IsDBNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
                UsedAt = reader.IsDBNull(7) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7)),
            });
        }

        return tokens;
    }

    public static void Add(SqliteConnection connection, TokenRecord token)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO tokens (id, hash, label, thing, is_app, created_at, expires_at) VALUES ($id, $hash, $label, $thing, $app, $created, $expires)";
        command.Parameters.AddWithValue("$id", token.Id);
        command.Parameters.AddWithValue("$hash", token.Hash);
        command.Parameters.AddWithValue("$label", token.Label);
        command.Parameters.AddWithValue("$thing", (object?)token.Thing ?? DBNull.Value);
        command.Parameters.AddWithValue("$app", token.IsApp);
        command.Parameters.AddWithValue("$created", token.CreatedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$expires", (object?)token.ExpiresAt?.ToUnixTimeMilliseconds() ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    public static void SetUsed(SqliteConnection connection, string id, DateTimeOffset at)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE tokens SET used_at = $at WHERE id = $id";
        command.Parameters.AddWithValue("$at", at.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, string id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM tokens WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }
}
