namespace Roost.Identity.Store;

internal static class PolicyTables
{
    /// <summary>Attachments may name a built-in policy, which has no row: so no foreign key. Times are milliseconds since 1970.</summary>
    public const string Sql =
        """
        CREATE TABLE policy (
            name TEXT NOT NULL PRIMARY KEY,
            document TEXT NOT NULL,
            version INTEGER NOT NULL,
            changed INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE policy_attachment (
            target TEXT NOT NULL,
            policy TEXT NOT NULL,
            PRIMARY KEY (target, policy)
        ) STRICT, WITHOUT ROWID;

        """;
}
