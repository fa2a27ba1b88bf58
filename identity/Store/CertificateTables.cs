namespace Roost.Identity.Store;

internal static class CertificateTables
{
    /// <summary>Keys of CAs that were trusted, SHA-256 of SubjectPublicKeyInfo: whatever has one on its way is not taken.</summary>
    public const string Distrusted = """
        CREATE TABLE distrusted_authorities (
            key TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;

        """;

    public const string Sql = """
        CREATE TABLE certificates (
            fingerprint TEXT PRIMARY KEY,
            der BLOB NOT NULL,
            thing TEXT,
            issuer TEXT,
            status TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            replaced_by TEXT,
            ends_at INTEGER,
            used_at INTEGER,
            renewed_from TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX certificates_by_thing ON certificates (thing);

        CREATE TABLE ended_certificates (
            fingerprint TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE authorities (
            fingerprint TEXT PRIMARY KEY,
            chain TEXT NOT NULL,
            is_own INTEGER NOT NULL,
            auto_register INTEGER NOT NULL,
            activates INTEGER NOT NULL,
            policy TEXT,
            thing_from TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trusted_time (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seen INTEGER NOT NULL,
            told INTEGER
        ) STRICT;

        """;
}
