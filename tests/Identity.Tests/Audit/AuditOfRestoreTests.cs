using Microsoft.Extensions.Logging.Abstractions;
using Roost.Identity.Audit;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Audit;

public sealed class AuditOfRestoreTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_restore_stands_in_the_audit_once_and_breaks_nothing()
    {
        var identity = _folder["identity"];
        await AuditHost.WriteAsync(identity, 20);
        await BackUpAsync(identity);
        await AuditHost.WriteAsync(identity, 20);

        await RestoreAsync(identity);
        await AuditHost.WriteAsync(identity, 1);
        await AuditHost.WriteAsync(identity, 1);

        Assert.That(Restores(identity), Has.Count.EqualTo(1));
        Assert.That(Restores(identity)[0], Does.StartWith("a backup was put back, whose last sign of life is of "));
        Assert.That(AuditHost.Verify(identity).Faults, Is.Empty);
    }

    [Test]
    public async Task A_restore_on_another_machine_begins_an_audit_that_is_whole()
    {
        await AuditHost.WriteAsync(_folder["lost"], 20);
        await BackUpAsync(_folder["lost"]);

        await RestoreAsync(_folder["new"]);
        await AuditHost.WriteAsync(_folder["new"], 1);

        Assert.That(Restores(_folder["new"]), Has.Count.EqualTo(1));
        Assert.That(AuditHost.Verify(_folder["new"]).Faults, Is.Empty);
    }

    private async Task BackUpAsync(string identity)
    {
        Directory.CreateDirectory(_folder["copy"]);
        await new IdentityBackup(new IdentityOptions { Folder = identity }, NullLogger.Instance).CopyAsync(_folder["copy"], default);
    }

    private async Task RestoreAsync(string identity)
    {
        await new IdentityBackup(new IdentityOptions { Folder = identity }, NullLogger.Instance).StageAsync(_folder["copy"], _folder["staged"], replay: false, default);
        if (Directory.Exists(identity))
        {
            Directory.Delete(identity, recursive: true);
        }

        Directory.Move(_folder["staged"], identity);
    }

    private static List<string> Restores(string identity) =>
    [
        .. new LogSalvage(AuditLog.MaxRecordBytes).Read(AuditLog.SegmentsOf(Path.Combine(identity, AuditLog.FolderName)))
            .Select(record => AuditRecordCodec.TryDecode(record.Payload)!.Entry).Where(entry => entry.Action == "identity.restored").Select(entry => entry.Reason!),
    ];
}
