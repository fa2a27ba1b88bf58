using Roost.Storage.Upgrades;

namespace Roost.Storage.Crash;

/// <summary>An upgrade of some databases, of which each step leaves a trace and takes a moment, so that kills meet all of it.</summary>
public static class CrashUpgrade
{
    public const int Databases = 5;

    public const int Steps = 6;

    public static IReadOnlyList<string> Migrations { get; } =
    [
        "CREATE TABLE step(number INTEGER); CREATE TABLE ballast(bytes BLOB); INSERT INTO step VALUES(1)",
        .. Enumerable.Range(2, Steps - 1).Select(step =>
            $"INSERT INTO step VALUES({step}); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500) INSERT INTO ballast SELECT randomblob(1000) FROM n"),
    ];

    public static string PathOf(string folder, int database) => Path.Combine(folder, $"room-{database}", "kept.db");

    public static DataUpgrade In(string folder) =>
        new(folder, "2.0.0", [.. Enumerable.Range(0, Databases).Select(database => new UpgradedDatabase(PathOf(folder, database), Migrations))], []);
}
