using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Roost.Identity.Things;

/// <summary>Reads and writes the registry's rows. In whose transaction, the caller decides.</summary>
internal static class RegistryRows
{
    public static RegistrySnapshot ReadAll(SqliteConnection connection)
    {
        var groups = ReadGroups(connection);
        var snapshot = RegistrySnapshot.Empty with { Groups = RegistrySnapshot.Empty.Groups.AddRange(groups.Select(static group => KeyValuePair.Create(group.Name, group))) };
        using var types = Command(connection, "SELECT name, description, created_at FROM thing_types");
        using (var reader = types.ExecuteReader())
        {
            var found = snapshot.Types.ToBuilder();
            while (reader.Read())
            {
                found.Add(reader.GetString(0), new TypeRecord(reader.GetString(0), reader.GetString(1), FromUnix(reader.GetInt64(2))));
            }

            snapshot = snapshot with { Types = found.ToImmutable() };
        }

        var members = ReadMembers(connection);
        using var things = Command(connection, "SELECT name, type, attributes, version, created_at FROM things");
        using (var reader = things.ExecuteReader())
        {
            var found = snapshot.Things.ToBuilder();
            while (reader.Read())
            {
                found.Add(reader.GetString(0), ToThing(reader, members[reader.GetString(0)], snapshot.Groups));
            }

            return snapshot with { Things = found.ToImmutable() };
        }
    }

    /// <returns>Null: there is none.</returns>
    public static ThingRecord? FindThing(SqliteConnection connection, string name, IReadOnlyDictionary<string, GroupRecord> groups)
    {
        var direct = Strings(connection, "SELECT thing_group FROM thing_group_members WHERE thing = $name ORDER BY thing_group", name);
        using var command = Command(connection, "SELECT name, type, attributes, version, created_at FROM things WHERE name = $name", ("$name", name));
        using var reader = command.ExecuteReader();
        return reader.Read() ? ToThing(reader, direct, groups) : null;
    }

    public static IReadOnlyDictionary<string, GroupRecord> Groups(SqliteConnection connection) => ReadGroups(connection).ToDictionary(static group => group.Name, StringComparer.Ordinal);

    public static bool Exists(SqliteConnection connection, string table, string name) =>
        Strings(connection, $"SELECT name FROM {table} WHERE name = $name", name).Count > 0;

    public static List<string> Strings(SqliteConnection connection, string sql, string name)
    {
        using var command = Command(connection, sql, ("$name", name));
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    public static int Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    public static void SaveThing(SqliteConnection connection, ThingRecord thing)
    {
        var description = thing.Description;
        Execute(
            connection,
            """
            INSERT INTO things (name, type, attributes, version, created_at) VALUES ($name, $type, $attributes, $version, $created)
            ON CONFLICT (name) DO UPDATE SET type = excluded.type, attributes = excluded.attributes, version = excluded.version
            """,
            ("$name", description.Name), ("$type", description.TypeName), ("$attributes", JsonSerializer.Serialize(description.Attributes)),
            ("$version", description.Version), ("$created", thing.CreatedAt.ToUnixTimeMilliseconds()));
        Execute(connection, "DELETE FROM thing_group_members WHERE thing = $name", ("$name", description.Name));
        foreach (var group in thing.DirectGroups)
        {
            Execute(connection, "INSERT INTO thing_group_members (thing, thing_group) VALUES ($name, $group)", ("$name", description.Name), ("$group", group));
        }
    }

    /// <summary>A group and those that it is in, the nearest first.</summary>
    public static IEnumerable<string> WithAncestors(string group, IReadOnlyDictionary<string, GroupRecord> groups)
    {
        for (var next = group; next is not null && groups.TryGetValue(next, out var record); next = record.Parent)
        {
            yield return next;
        }
    }

    private static ILookup<string, string> ReadMembers(SqliteConnection connection)
    {
        using var command = Command(connection, "SELECT thing, thing_group FROM thing_group_members ORDER BY thing, thing_group");
        using var reader = command.ExecuteReader();
        var members = new List<(string Thing, string Group)>();
        while (reader.Read())
        {
            members.Add((reader.GetString(0), reader.GetString(1)));
        }

        return members.ToLookup(static member => member.Thing, static member => member.Group, StringComparer.Ordinal);
    }

    private static List<GroupRecord> ReadGroups(SqliteConnection connection)
    {
        using var command = Command(connection, "SELECT name, parent, description, created_at FROM thing_groups");
        using var reader = command.ExecuteReader();
        var groups = new List<GroupRecord>();
        while (reader.Read())
        {
            groups.Add(new GroupRecord(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2), FromUnix(reader.GetInt64(3))));
        }

        return groups;
    }

    private static ThingRecord ToThing(SqliteDataReader reader, IEnumerable<string> direct, IReadOnlyDictionary<string, GroupRecord> groups)
    {
        string[] own = [.. direct];
        return new ThingRecord(
            new ThingDescription
            {
                Name = reader.GetString(0),
                TypeName = reader.IsDBNull(1) ? null : reader.GetString(1),
                Attributes = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(2))!,
                Version = reader.GetInt64(3),
                Groups = [.. own.SelectMany(group => WithAncestors(group, groups)).Distinct(StringComparer.Ordinal)],
            },
            own,
            FromUnix(reader.GetInt64(4)));
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private static DateTimeOffset FromUnix(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
