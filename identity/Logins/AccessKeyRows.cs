using Microsoft.Data.Sqlite;

namespace Roost.Identity.Logins;

/// <summary>The table <c>access_keys</c>.</summary>
internal static class AccessKeyRows
{
    public static IReadOnlyList<AccessKeyRecord> All(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, sealed, label, thing, is_active, created_at, used_at FROM access_keys";
        using var reader = command.ExecuteReader();
        var keys = new List<AccessKeyRecord>();
        while (reader.Read())
        {
            keys.Add(new AccessKeyRecord
            {
                Id = reader.GetString(0),
                Sealed = reader.GetFieldValue<byte[]>(1),
                Label = reader.GetString(2),
                Thing = reader.IsDBNull(3) ? null : reader.GetString(3),
                IsActive = reader.GetBoolean(4),
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)),
                UsedAt = reader.IsDBNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
            });
        }

        return keys;
    }

    public static void Put(SqliteConnection connection, AccessKeyRecord key)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO access_keys (id, sealed, label, thing, is_active, created_at, used_at) VALUES ($id, $sealed, $label, $thing, $active, $created, $used)";
        command.Parameters.AddWithValue("$id", key.Id);
        command.Parameters.AddWithValue("$sealed", key.Sealed);
        command.Parameters.AddWithValue("$label", key.Label);
        command.Parameters.AddWithValue("$thing", (object?)key.Thing ?? DBNull.Value);
        command.Parameters.AddWithValue("$active", key.IsActive);
        command.Parameters.AddWithValue("$created", key.CreatedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$used", (object?)key.UsedAt?.ToUnixTimeMilliseconds() ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    public static void SetUsed(SqliteConnection connection, string id, DateTimeOffset at)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE access_keys SET used_at = $at WHERE id = $id";
        command.Parameters.AddWithValue("$at", at.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, string id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM access_keys WHERE id = $id";
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }
}
