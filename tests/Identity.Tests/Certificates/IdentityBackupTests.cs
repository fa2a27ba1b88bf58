using Microsoft.Extensions.Logging.Abstractions;
using Roost.Identity.Certificates;
using Roost.Identity.Secrets;
using Roost.Identity.Store;
using Roost.Storage.Backups;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Certificates;

public sealed class IdentityBackupTests
{
    private IdentityRig _rig = null!;
    private TemporaryFolder _backup = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _rig = await IdentityRig.StartAsync();
        _backup = new TemporaryFolder();
        Directory.CreateDirectory(_backup["copy"]);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _backup.Dispose();
        await _rig.DisposeAsync();
    }

    [Test]
    public async Task What_is_restored_lets_the_same_robots_in_and_keeps_the_audit()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1" }, ChangedBy.Local);
        var authority = _rig.Certificates.AuthorityPem;
        await new IdentityBackup(Options, NullLogger.Instance, _rig.Get<IdentityDatabase>()).CopyAsync(_backup["copy"], default);
        await _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local);

        await _rig.RestartAsync(() =>
        {
            Directory.CreateDirectory(Path.Combine(_rig.Folder, "audit"));
            File.WriteAllText(Path.Combine(_rig.Folder, "audit", "head"), "chain");
            File.WriteAllText(Path.Combine(_rig.Folder, "audit-key.pem"), "key");
            Restore();
        });

        Assert.That(_rig.Certificates.AuthorityPem, Is.EqualTo(authority));
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(issued.Certificate);
        Assert.That((await _rig.Checks.CheckAsync(certificate, [], default)).Principal?.Thing, Is.EqualTo("vac-1"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(_rig.Folder, "audit", "head")), Is.EqualTo("chain"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(_rig.Folder, "audit-key.pem")), Is.EqualTo("key"));
        Assert.That(File.GetUnixFileMode(Path.Combine(_rig.Folder, AuthorityFile.Name)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Who_restores_is_told_that_secrets_need_the_key_that_no_backup_has()
    {
        await _rig.Get<IdentityDatabase>().Store.WriteAsync(static connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO secrets (name, version, sealed, created_at, changed_at) VALUES ('a', 1, x'00', 0, 0), ('b', 1, x'00', 0, 0)";
            command.ExecuteNonQuery();
        });
        await new IdentityBackup(Options, NullLogger.Instance, _rig.Get<IdentityDatabase>()).CopyAsync(_backup["copy"], default);

        var told = await new IdentityBackup(Options, NullLogger.Instance).StageAsync(_backup["copy"], _backup["staged"], replay: false, default);

        Assert.That(told, Does.EndWith($"its 2 secrets and access keys open only with the key that sealed them, which no backup has: bring secrets.key of that gateway into {_rig.Folder} before the start"));
    }

    [Test]
    public async Task A_copy_with_a_damaged_CA_is_not_restored()
    {
        await new IdentityBackup(Options, NullLogger.Instance, _rig.Get<IdentityDatabase>()).CopyAsync(_backup["copy"], default);
        await File.WriteAllTextAsync(Path.Combine(_backup["copy"], AuthorityFile.Name), "damaged");

        Assert.That(() => new IdentityBackup(Options, NullLogger.Instance).StageAsync(_backup["copy"], _backup["staged"], replay: false, default), Throws.TypeOf<BackupException>());
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_restore_says_where_the_key_of_secrets_has_to_be_put_when_it_is_not_there(bool isThere)
    {
        var key = SealingKey.Create();
        await _rig.Get<IdentityDatabase>().Store.WriteAsync(connection => SecretRows.Put(
            connection, new SecretRecord("cloud", 1, Seal.Close(key, SecretRecord.PlaceOf("cloud", 1), "secret"u8), _rig.Clock.GetUtcNow(), _rig.Clock.GetUtcNow())));
        await new IdentityBackup(Options, NullLogger.Instance, _rig.Get<IdentityDatabase>()).CopyAsync(_backup["copy"], default);
        var path = Path.Combine(_rig.Folder, SealingKeys.FileName);
        SealingKeyFile.Write(path, [isThere ? key : SealingKey.Create()]);

        var told = await new IdentityBackup(Options, NullLogger.Instance).StageAsync(_backup["copy"], _backup["staged"], replay: false, default);

        Assert.That(told, isThere ? Does.Not.Contain("sealed") : Does.Contain("its 1 secret or access key opens only with the key that sealed them"));
    }

    private IdentityOptions Options => new() { Folder = _rig.Folder };

    private void Restore()
    {
        new IdentityBackup(Options, NullLogger.Instance).StageAsync(_backup["copy"], _backup["staged"], replay: false, default).GetAwaiter().GetResult();
        Directory.Delete(_rig.Folder, recursive: true);
        Directory.Move(_backup["staged"], _rig.Folder);
    }
}
