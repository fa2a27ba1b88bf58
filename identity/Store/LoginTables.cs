namespace Roost.Identity.Store;

internal static class LoginTables
{
    /// <summary>Passwords and tokens as hashes, the secrets of access keys sealed (docs/formats/sealed-secret.md). Times are Unix milliseconds.</summary>
    /// <summary>From where those have come in who guessers shall not keep out.</summary>
    public const string Familiar = """
        CREATE TABLE familiar_sources (
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY (name, source)
        ) STRICT, WITHOUT ROWID;

        """;

    public const string Sql = """
        CREATE TABLE users (
            name TEXT PRIMARY KEY,
            algorithm TEXT NOT NULL,
            iterations INTEGER NOT NULL,
            salt BLOB NOT NULL,
            hash BLOB NOT NULL,
            thing TEXT,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            hash BLOB NOT NULL,
            label TEXT NOT NULL,
            thing TEXT,
            is_app INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE access_keys (
            id TEXT PRIMARY KEY,
            sealed BLOB NOT NULL,
            label TEXT NOT NULL,
            thing TEXT,
            is_active INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID;

        """;
}
