namespace Roost.Identity.Store;

internal static class ProvisioningTables
{
    public const string Sql = """
        CREATE TABLE provisioning_templates (
            name TEXT PRIMARY KEY,
            document TEXT NOT NULL,
            hook TEXT,
            is_enabled INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE provisioning_claims (
            fingerprint TEXT PRIMARY KEY,
            template TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX provisioning_claims_by_template ON provisioning_claims (template);

        CREATE TABLE provisioning_tokens (
            hash TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            pem TEXT NOT NULL,
            principal TEXT NOT NULL,
            client TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            thing TEXT,
            makes_thing INTEGER NOT NULL,
            request TEXT,
            answer TEXT
        ) STRICT, WITHOUT ROWID;

        """;
}
