namespace Roost.Identity.Store;

internal static class AuditTables
{
    public const string Sql = """
        CREATE TABLE audit_note (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            offset INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            hash TEXT NOT NULL,
            noted_at INTEGER NOT NULL,
            is_restored INTEGER NOT NULL
        ) STRICT;

        """;
}
