namespace Roost.Identity.Store;

internal static class ThingTables
{
    public const string Sql = """
        CREATE TABLE thing_types (
            name TEXT PRIMARY KEY,
            description TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE thing_groups (
            name TEXT PRIMARY KEY,
            parent TEXT,
            description TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX thing_groups_by_parent ON thing_groups (parent);

        CREATE TABLE things (
            name TEXT PRIMARY KEY,
            type TEXT,
            attributes TEXT NOT NULL,
            version INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX things_by_type ON things (type);

        CREATE TABLE thing_group_members (
            thing TEXT NOT NULL,
            thing_group TEXT NOT NULL,
            PRIMARY KEY (thing, thing_group)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX thing_group_members_by_group ON thing_group_members (thing_group);

        """;
}
