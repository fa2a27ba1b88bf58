using System.Text;
using Microsoft.Data.Sqlite;

namespace Roost.Shadow.Store;

/// <summary>The one statement that writes shadows, prepared once for a connection.</summary>
internal sealed class UpsertCommand : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter _thing = new() { ParameterName = "$thing" };
    private readonly SqliteParameter _name = new() { ParameterName = "$name" };
    private readonly SqliteParameter _version = new() { ParameterName = "$version" };
    private readonly SqliteParameter _updated = new() { ParameterName = "$updated" };
    private readonly SqliteParameter _state = new() { ParameterName = "$state" };
    private readonly SqliteParameter _times = new() { ParameterName = "$times" };
    private readonly SqliteParameter _checksum = new() { ParameterName = "$checksum" };

    public UpsertCommand(SqliteConnection connection)
    {
        _command = connection.CreateCommand();
        _command.CommandText =
            """
            INSERT INTO shadows(thing, name, version, updated, state, times, checksum)
            VALUES($thing, $name, $version, $updated, $state, $times, $checksum)
            ON CONFLICT(thing, name) DO UPDATE SET version = excluded.version, updated = excluded.updated,
                state = excluded.state, times = excluded.times, checksum = excluded.checksum
            """;
        _command.Parameters.AddRange(new[] { _thing, _name, _version, _updated, _state, _times, _checksum });
    }

    public SqliteConnection? Connection => _command.Connection;

    public void Execute(ShadowId id, ShadowRow row)
    {
        _thing.Value = id.Thing;
        _name.Value = id.Name;
        _version.Value = row.Version;
        _updated.Value = row.UpdatedSeconds;
        _state.Value = row.State is null ? DBNull.Value : Encoding.UTF8.GetString(row.State);
        _times.Value = row.Times is null ? DBNull.Value : row.Times;
        _checksum.Value = (long)row.Checksum;
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
