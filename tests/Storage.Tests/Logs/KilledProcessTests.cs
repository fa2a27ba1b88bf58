using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Roost.Storage.Crash;
using Roost.Storage.Logs;
using Roost.Storage.Sqlite;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>SIGKILL at random moments; what the child said was acknowledged must be there.</summary>
public sealed class KilledProcessTests
{
    [TestCase(Durability.PowerLoss, 12)]
    [TestCase(Durability.Crash, 8)]
    public async Task Nothing_acknowledged_is_missing_from_a_log_whose_process_was_killed(Durability durability, int kills)
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new Dictionary<long, string>();
        long committed = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            foreach (var line in await RunAndKillAsync(durability.ToString(), folder.Path, TestContext.CurrentContext.Random.Next(1, 1500)))
            {
                var words = line.Split(' ');
                if (words[0] == "cursor")
                {
                    committed = Math.Max(committed, long.Parse(words[1]));
                }
                else
                {
                    acknowledged.Add(long.Parse(words[0]), words[1]);
                }
            }

            await using var log = Some.Log(folder.Path, new AppendLogOptions { Durability = durability });
            var found = Some.ReadAll(log);
            Assert.That(found.Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, found.Count)), "dense");
            Assert.That(acknowledged.Where(pair => found.Count <= pair.Key || found[(int)pair.Key].Text != pair.Value), Is.Empty, $"kill {kill}");
            Assert.That(log.OpenCursor("crash", 0).Committed, Is.GreaterThanOrEqualTo(committed));
        }

        Assert.That(acknowledged, Is.Not.Empty);
    }

    [Test]
    public async Task A_kill_while_segments_are_compressed_leaves_each_of_them_whole_and_once()
    {
        using var folder = new TemporaryFolder();
        var options = new AppendLogOptions { SegmentBytes = 128 * 1024, Durability = Durability.Crash };
        long acknowledged = -1;
        for (var kill = 0; kill < 6; kill++)
        {
            var lines = await RunAndKillAsync("compress", folder.Path, TestContext.CurrentContext.Random.Next(300, 1500));
            acknowledged = lines.Count > 0 ? Math.Max(acknowledged, long.Parse(lines[^1].Split(' ')[0])) : acknowledged;

            await using var log = Some.Log(folder.Path, options);
            Assert.That(Directory.GetFiles(folder.Path, "*.compressing"), Is.Empty);
            var found = Some.ReadAll(log);
            Assert.That(found.Select(record => record.Offset), Is.EqualTo(Enumerable.Range(0, found.Count)), "dense");
            Assert.That(found.Where(record => record.Text != new string((char)('a' + (record.Offset % 26)), 2000)), Is.Empty);
            Assert.That(found, Has.Count.GreaterThan(acknowledged), $"kill {kill}");
        }

        Assert.That(Some.Segments(folder.Path).Count(CompressionTests.IsCompressed), Is.GreaterThan(0), "what the kills were to meet");
    }

    [Test]
    public async Task Nothing_acknowledged_is_missing_from_a_database_whose_process_was_killed()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new HashSet<string>();
        for (var kill = 0; kill < 5; kill++)
        {
            acknowledged.UnionWith(await RunAndKillAsync("sqlite", folder.Path, TestContext.CurrentContext.Random.Next(1, 1500)));
            await using var store = SqliteStore.Open(folder["crash.db"], new SqliteStoreOptions { Migrations = ["never run"] }, NullLogger.Instance);
            Assert.That(acknowledged.Except(store.Read(Values)), Is.Empty, $"kill {kill}");
        }

        Assert.That(acknowledged, Is.Not.Empty);
    }

    [Test]
    public async Task An_upgrade_that_is_killed_goes_on_and_its_copies_are_those_from_before_it()
    {
        using var folder = new TemporaryFolder();
        for (var database = 0; database < CrashUpgrade.Databases; database++)
        {
            await using var store = SqliteStore.Open(CrashUpgrade.PathOf(folder.Path, database), new SqliteStoreOptions { Migrations = [CrashUpgrade.Migrations[0]] }, NullLogger.Instance);
        }

        var lines = 0;
        for (var kill = 0; kill < 6; kill++)
        {
            lines += (await RunAndKillAsync("upgrade", folder.Path, 1 + (kill % 3))).Count;
        }

        CrashUpgrade.In(folder.Path).Run(_ => { });

        Assert.That(lines, Is.GreaterThan(0), "the kills met an upgrade");
        for (var database = 0; database < CrashUpgrade.Databases; database++)
        {
            var path = CrashUpgrade.PathOf(folder.Path, database);
            Assert.That(Steps(path), Is.EqualTo(Enumerable.Range(1, CrashUpgrade.Steps)), path);
            Assert.That(Steps(path.Replace(folder.Path, folder["backups/before-2.0.0"], StringComparison.Ordinal)), Is.EqualTo(new[] { 1 }), $"the copy of {path}");
        }
    }

    private static List<int> Steps(string path)
    {
        using var connection = SqliteConnections.OpenReader(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT number FROM step ORDER BY rowid";
        using var row = command.ExecuteReader();
        var steps = new List<int>();
        while (row.Read())
        {
            steps.Add(row.GetInt32(0));
        }

        return steps;
    }

    private static HashSet<string> Values(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM number";
        using var reader = command.ExecuteReader();
        var values = new HashSet<string>();
        while (reader.Read())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    /// <summary>Whole lines only: the last may have been cut by the kill.</summary>
    private static async Task<List<string>> RunAndKillAsync(string mode, string folder, int afterLines)
    {
        var program = Path.Combine(TestContext.CurrentContext.TestDirectory, "Roost.Storage.Crash.dll");
        using var child = Process.Start(new ProcessStartInfo("dotnet", ["exec", program, mode, folder]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var lines = new List<string>();
        while (lines.Count < afterLines && await child.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        child.Kill();
        var rest = await child.StandardOutput.ReadToEndAsync();
        lines.AddRange(rest.Split('\n')[..^1]);
        await child.WaitForExitAsync();
        return lines;
    }
}
