namespace Roost.Identity.Store;

internal static class SecretTables
{
    /// <summary>What is sealed is described in docs/formats/sealed-secret.md. Times are Unix milliseconds.</summary>
    public const string Sql = """
        CREATE TABLE secrets (
            name TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        """;
}
