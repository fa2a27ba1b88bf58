using Roost.Identity.Audit;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Audit;

public sealed class KilledAuditTests
{
    private const int Kills = 4;

    [Test]
    public async Task The_chain_is_whole_and_has_all_that_was_acknowledged_however_often_the_process_is_killed()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new HashSet<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            acknowledged.UnionWith(await RunAndKillAsync(folder["identity"], kill, TestContext.CurrentContext.Random.Next(1, 300)));

            var verification = AuditHost.Verify(folder["identity"]);
            Assert.That(verification.Faults, Is.Empty, $"kill {kill}: a torn tail is no tampering");
        }

        // As the next start finds it, and writes on.
        await AuditHost.WriteAsync(folder["identity"], 1);
        Assert.That(AuditHost.Verify(folder["identity"]).Faults, Is.Empty);
        var records = Read(folder["identity"]);
        Assert.That(acknowledged.Except(records.Select(record => record.Entry.Resource ?? "")), Is.Empty);
        Assert.That(records.Where(record => record.Entry.Action == "audit.broken"), Is.Empty);
    }

    private static async Task<List<string>> RunAndKillAsync(string folder, int run, int lines)
    {
        await using var process = RunningProcess.Start("dotnet", Path.Combine(AppContext.BaseDirectory, "Roost.Identity.Crash.dll"), folder, $"{run}");
        var seen = 0;
        await process.WaitForOutputAsync(_ => Interlocked.Increment(ref seen) >= lines, $"{lines} records that were acknowledged");
        await process.KillAsync();
        return [.. process.Output.Where(line => line.StartsWith($"{run}:", StringComparison.Ordinal)).Select(line => line.Trim())];
    }

    private static List<AuditRecord> Read(string identity) =>
        [.. new LogSalvage(AuditLog.MaxRecordBytes).Read(AuditLog.SegmentsOf(Path.Combine(identity, AuditLog.FolderName))).Select(record => AuditRecordCodec.TryDecode(record.Payload)!)];
}
