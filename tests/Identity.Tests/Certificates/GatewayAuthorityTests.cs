using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Roost.Identity.Certificates;

namespace Roost.Identity.Tests.Certificates;

public sealed class GatewayAuthorityTests
{
    private IdentityRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await IdentityRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    private string AuthorityPath => Path.Combine(_rig.Folder, AuthorityFile.Name);

    [Test]
    public async Task OpenSSL_takes_what_it_signs_for_a_client()
    {
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "ca.crt"), _rig.Certificates.AuthorityPem);
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder(), ChangedBy.Local);
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "client.crt"), issued.Certificate);

        Assert.That(await OpenSsl.RunAsync("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", Path.Combine(_rig.Folder, "ca.crt"), Path.Combine(_rig.Folder, "client.crt")), Does.EndWith("OK\n"));
        Assert.That(await OpenSsl.RunAsync("verify", "-purpose", "sslserver", "-CAfile", Path.Combine(_rig.Folder, "ca.crt"), Path.Combine(_rig.Folder, "client.crt")), Does.Contain("exit code"));
    }

    [Test]
    public async Task OpenSSL_takes_the_server_certificate_for_every_name_of_the_machine()
    {
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "ca.crt"), _rig.Certificates.AuthorityPem);
        foreach (var (option, name) in new[] { ("-verify_hostname", "localhost"), ("-verify_ip", "127.0.0.1"), ("-verify_ip", "::1") })
        {
            Assert.That(
                await OpenSsl.RunAsync("verify", "-x509_strict", "-purpose", "sslserver", option, name, "-CAfile", Path.Combine(_rig.Folder, "ca.crt"), _rig.Get<IGatewayTls>().CertificateFile),
                Does.EndWith("OK\n"), name);
        }
    }

    [Test]
    public async Task It_holds_on_a_machine_whose_clock_shows_1970()
    {
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "ca.crt"), _rig.Certificates.AuthorityPem);

        Assert.That(
            await OpenSsl.RunAsync("verify", "-attime", "60", "-CAfile", Path.Combine(_rig.Folder, "ca.crt"), _rig.Get<IGatewayTls>().CertificateFile), Does.EndWith("OK\n"));
    }

    [TestCase("authority.pem")]
    [TestCase("server.pem")]
    public void Nobody_else_on_the_machine_reads_a_key(string file) =>
        Assert.That(File.GetUnixFileMode(Path.Combine(_rig.Folder, file)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));

    [Test]
    public async Task It_is_the_same_after_a_restart()
    {
        var before = _rig.Certificates.AuthorityPem;

        await _rig.RestartAsync();

        Assert.That(_rig.Certificates.AuthorityPem, Is.EqualTo(before));
    }

    [Test]
    public void Cut_off_anywhere_it_refuses_the_start_and_stays_as_it_is()
    {
        var whole = File.ReadAllText(AuthorityPath);
        for (var length = 0; length < whole.TrimEnd().Length; length += 40)
        {
            var cut = whole[..length];

            Assert.That(async () => await _rig.RestartAsync(() => File.WriteAllText(AuthorityPath, cut)), Throws.TypeOf<IdentityDamagedException>().With.Message.Contains("backup"), $"{length} characters");
            Assert.That(File.ReadAllText(AuthorityPath), Is.EqualTo(cut));
        }
    }

    [Test]
    public void With_the_key_of_another_it_refuses_the_start()
    {
        var text = File.ReadAllText(AuthorityPath);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = text[text.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal)..];

        Assert.That(
            async () => await _rig.RestartAsync(() => File.WriteAllText(AuthorityPath, other.ExportPkcs8PrivateKeyPem() + "\n" + certificate)),
            Throws.TypeOf<IdentityDamagedException>().With.Message.Contains("do not belong together"));
    }

    [Test]
    public void Gone_it_is_not_replaced_by_another_that_no_robot_knows()
    {
        Assert.That(async () => await _rig.RestartAsync(() => File.Delete(AuthorityPath)), Throws.TypeOf<IdentityDamagedException>());
        Assert.That(File.Exists(AuthorityPath), Is.False);
    }

    [Test]
    public async Task A_kill_before_the_rename_leaves_no_key_behind()
    {
        var leftover = AuthorityPath + ".abc.tmp";

        await _rig.RestartAsync(() => File.WriteAllText(leftover, "half a key"));

        Assert.That(File.Exists(leftover), Is.False);
    }

    [Test]
    public async Task A_kill_between_the_file_and_the_database_loses_nothing()
    {
        var before = _rig.Certificates.AuthorityPem;

        await _rig.RestartAsync(() =>
        {
            foreach (var file in Directory.EnumerateFiles(_rig.Folder, "identity.db*"))
            {
                File.Delete(file);
            }
        });

        Assert.That(_rig.Certificates.AuthorityPem, Is.EqualTo(before));
        Assert.That(_rig.Get<AuthorityStore>().HasOwn(), Is.True);
    }

    [Test]
    public async Task The_file_for_TLS_holds_the_authority()
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPem(await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().ClientAuthoritiesFile));

        Assert.That(found.Select(static one => one.ExportCertificatePem() + "\n"), Is.EqualTo(new[] { _rig.Certificates.AuthorityPem }));
    }
}
