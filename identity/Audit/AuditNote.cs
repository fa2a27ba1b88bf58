using Microsoft.Data.Sqlite;

namespace Roost.Identity.Audit;

/// <summary>
/// A place of the chain, kept in the identity database: the audit has this record and goes on from there, or was set back. The audit's head says in turn which
/// place was noted last, so that a database that was set back is noticed as well.
/// </summary>
/// <param name="Offset">Of the record, in the log.</param>
/// <param name="Chain">With the record.</param>
/// <param name="Time">When it was noted.</param>
/// <param name="IsRestored">The database is a backup that was put back: of another moment, perhaps of another machine, whose audit this is not.</param>
internal readonly record struct AuditNote(long Offset, AuditChain Chain, DateTimeOffset Time, bool IsRestored)
{
    public static AuditNote? Read(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT offset, sequence, hash, noted_at, is_restored FROM audit_note";
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new AuditNote(reader.GetInt64(0), new AuditChain(reader.GetInt64(1), reader.GetString(2)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(3)), reader.GetBoolean(4))
            : null;
    }

    public void Write(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR REPLACE INTO audit_note (id, offset, sequence, hash, noted_at, is_restored) VALUES (1, $offset, $sequence, $hash, $time, $restored)";
        command.Parameters.AddWithValue("$offset", Offset);
        command.Parameters.AddWithValue("$sequence", Chain.Sequence);
        command.Parameters.AddWithValue("$hash", Chain.Hash);
        command.Parameters.AddWithValue("$time", Time.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$restored", IsRestored);
        command.ExecuteNonQuery();
    }

    /// <summary>In a copy of the database that is about to be put back: the next start audits it.</summary>
    public static void MarkRestored(SqliteConnection connection) =>
        (Read(connection) is { } note ? note with { IsRestored = true } : new AuditNote(0, AuditChain.Empty, DateTimeOffset.UnixEpoch, IsRestored: true)).Write(connection);
}
