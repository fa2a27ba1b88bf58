using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Roost.Identity.Certificates;

namespace Roost.Identity.Tests.Certificates;

public sealed class TrustedAuthoritiesTests
{
    private IdentityRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await IdentityRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    private TrustedAuthorities Trusted => _rig.Get<TrustedAuthorities>();

    [Test]
    public async Task A_registered_certificate_of_a_trusted_CA_lets_its_thing_in_and_an_unregistered_one_nobody()
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority);
        using var other = Forge.Client(authority);
        await TrustAsync(authority.ExportCertificatePem());
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);

        await RegisterAsync(certificate, "vac-1");

        Assert.That((await CheckAsync(certificate)).Principal?.Thing, Is.EqualTo("vac-1"));
        Assert.That((await CheckAsync(other)).Fault, Is.EqualTo(CredentialFault.Unknown));
    }

    [Test]
    public async Task A_CA_that_is_distrusted_lets_nobody_in_who_was_in_before()
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority);
        var record = await TrustAsync(authority.ExportCertificatePem());
        await RegisterAsync(certificate, null);
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);

        await Trusted.DistrustAsync(record.Fingerprint, ChangedBy.Local, default);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "cert/" + Fingerprints.Of(certificate))));
        Assert.That(await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().ClientAuthoritiesFile), Does.Not.Contain(authority.ExportCertificatePem()));
    }

    [Test]
    public async Task To_trust_an_intermediate_is_not_to_trust_its_root_or_its_sisters()
    {
        using var root = Forge.Authority("CN=Root");
        using var trusted = Forge.Authority("CN=Trusted", issuer: root);
        using var sister = Forge.Authority("CN=Sister", issuer: root);
        using var good = Forge.Client(trusted);
        using var ofSister = Forge.Client(sister);
        using var ofRoot = Forge.Client(root);
        await TrustAsync(trusted.ExportCertificatePem() + "\n" + root.ExportCertificatePem(), registers: true, activates: true);

        Assert.That((await CheckAsync(good)).Principal, Is.Not.Null);
        Assert.That((await _rig.Checks.CheckAsync(ofSister, [sister], default)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
        Assert.That((await CheckAsync(ofRoot)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
    }

    [Test]
    public async Task What_comes_by_an_intermediate_of_the_client_is_judged_with_it()
    {
        using var root = Forge.Authority("CN=Root");
        using var middle = Forge.Authority("CN=Middle", issuer: root);
        using var certificate = Forge.Client(middle);
        await TrustAsync(root.ExportCertificatePem(), registers: true, activates: true);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
        Assert.That((await _rig.Checks.CheckAsync(certificate, [middle], default)).Principal, Is.Not.Null);
    }

    [Test]
    public async Task An_intermediate_that_has_expired_is_refused()
    {
        using var root = Forge.Authority("CN=Root");
        using var middle = Forge.Authority("CN=Middle", issuer: root, notAfter: _rig.Clock.GetUtcNow().AddDays(-1));
        using var certificate = Forge.Client(middle, notAfter: new DateTimeOffset(middle.NotAfter));
        await TrustAsync(root.ExportCertificatePem(), registers: true);

        Assert.That((await _rig.Checks.CheckAsync(certificate, [middle], default)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public async Task An_intermediate_that_is_weak_is_refused()
    {
        using var root = Forge.Authority("CN=Root");
        using var rsa = RSA.Create(1024);
        using var request = Forge.Client(root, "CN=Middle", key: rsa, isAuthority: true);
        using var certificate = Forge.Client(request);
        await TrustAsync(root.ExportCertificatePem(), registers: true);

        Assert.That((await _rig.Checks.CheckAsync(certificate, [request], default)).Principal, Is.Null);
    }

    [Test]
    public async Task One_that_is_not_yet_valid_is_refused()
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority, notBefore: _rig.Clock.GetUtcNow().AddDays(1));
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.NotYetValid));
    }

    [Test]
    public async Task Just_in_time_a_certificate_is_registered_and_told_of_and_waits()
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority);
        var record = await TrustAsync(authority.ExportCertificatePem(), registers: true);

        var check = await CheckAsync(certificate);

        Assert.That(check.Fault, Is.EqualTo(CredentialFault.Inactive));
        var message = _rig.Broker.Messages.Single();
        Assert.That(message.Topic.ToString(), Is.EqualTo("$aws/events/certificates/registered/" + record.Fingerprint));
        using var told = JsonDocument.Parse(message.Payload);
        Assert.That(told.RootElement.GetProperty("certificateId").GetString(), Is.EqualTo(Fingerprints.Of(certificate)));
        Assert.That(told.RootElement.GetProperty("caCertificateId").GetString(), Is.EqualTo(record.Fingerprint));
        Assert.That(told.RootElement.GetProperty("certificateStatus").GetString(), Is.EqualTo("PENDING_ACTIVATION"));
        await _rig.Certificates.SetStatusAsync(Fingerprints.Of(certificate), CertificateStatus.Active, ChangedBy.Local);
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);
        Assert.That(_rig.Broker.Messages, Has.Count.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Just_in_time_brings_back_nothing_that_was_deleted(bool isThingDeleted)
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority, "CN=vac-9");
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, from: ThingSource.CommonName);
        Assert.That((await CheckAsync(certificate)).Principal?.Thing, Is.EqualTo("vac-9"));

        await (isThingDeleted ? _rig.Things.DeleteAsync("vac-9", null, ChangedBy.Local) : _rig.Certificates.DeleteAsync(Fingerprints.Of(certificate), ChangedBy.Local));

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Unknown));
        await _rig.Get<ClientCertificates>().RegisterAsync(certificate.ExportCertificatePem(), null, ChangedBy.Local, default);
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);
    }

    [Test]
    public async Task Just_in_time_a_thing_is_made_of_the_subject_with_the_CAs_policy()
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority, "CN=vac-7");
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, policy: "thing-default", from: ThingSource.CommonName);

        var check = await CheckAsync(certificate);

        Assert.That(check.Principal?.Thing, Is.EqualTo("vac-7"), check.Reason);
        Assert.That(_rig.Get<IPolicyAuthority>().RightsOf(check.Principal!, new ConnectionFacts("vac-7", null)).Allows("iot:Connect", "client/vac-7"), Is.True);
    }

    [Test]
    public async Task Just_in_time_nobody_becomes_a_thing_that_is_somebody_elses()
    {
        using var authority = Forge.Authority();
        using var impostor = Forge.Client(authority, "CN=vac-1");
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1" }, ChangedBy.Local);
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, from: ThingSource.CommonName);

        var check = await CheckAsync(impostor);

        Assert.That(check.Fault, Is.EqualTo(CredentialFault.Inactive));
        Assert.That(_rig.Certificates.Find(Fingerprints.Of(impostor))!.Thing, Is.Null);
    }

    [TestCase("CN=*")]
    [TestCase("CN=../vac-1")]
    [TestCase("CN=${iot:ClientId}")]
    [TestCase("O=nobody")]
    [TestCase("CN=vac-1+O=x")]
    [TestCase("CN=vac-1,CN=vac-2")]
    public async Task Just_in_time_a_subject_that_names_no_thing_makes_none(string subject)
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority, subject);
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, from: ThingSource.CommonName);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Inactive));
        Assert.That(_rig.Certificates.Find(Fingerprints.Of(certificate))!.Thing, Is.Null);
    }

    [Test]
    public async Task Just_in_time_two_connections_at_once_register_it_once()
    {
        using var authority = Forge.Authority();
        using var certificate = Forge.Client(authority, "CN=vac-7");
        await TrustAsync(authority.ExportCertificatePem(), registers: true);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await CheckAsync(certificate))));

        Assert.That(_rig.Broker.Messages, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_certificate_without_its_CA_is_taken_as_it_is_and_none_beside_it()
    {
        using var unknown = Forge.Authority("CN=Amazon");
        using var pinned = Forge.Client(unknown);
        using var sibling = Forge.Client(unknown);
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);

        await RegisterAsync(pinned, "vac-1");

        Assert.That((await CheckAsync(pinned)).Principal?.Thing, Is.EqualTo("vac-1"));
        Assert.That((await CheckAsync(sibling)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
        Assert.That(await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().ClientAuthoritiesFile), Does.Contain(pinned.ExportCertificatePem()));
        await _rig.Certificates.DeleteAsync(Fingerprints.Of(pinned), ChangedBy.Local);
        Assert.That(await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().ClientAuthoritiesFile), Does.Not.Contain(pinned.ExportCertificatePem()));
    }

    [Test]
    public void A_certificate_that_could_sign_others_is_not_registered()
    {
        using var authority = Forge.Authority();

        Assert.That(() => RegisterAsync(authority, null), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("CA:TRUE"));
    }

    public static IEnumerable<TestCaseData> NoAuthorities()
    {
        yield return Case("not a CA", static () => Forge.Client(null).ExportCertificatePem(), "no CA's certificate");
        yield return Case("marked as none", static () => Forge.Authority(isAuthority: false).ExportCertificatePem(), "no CA's certificate");
        yield return Case("expired", static () => Forge.Authority(notAfter: Forge.Start.AddDays(1)).ExportCertificatePem(), "expired");
        yield return Case("a weak key", static () => Forge.Client(null, key: RSA.Create(1024), isAuthority: true).ExportCertificatePem(), "1024");
        yield return Case("an intermediate alone", static () => Forge.Authority("CN=Middle", issuer: Forge.Authority("CN=Root")).ExportCertificatePem(), "root");
        yield return Case("a chain that does not hang together", static () => Forge.Authority("CN=A").ExportCertificatePem() + "\n" + Forge.Authority("CN=B").ExportCertificatePem(), "lead");
        yield return Case("no certificate", static () => "hello", "PEM");
        yield return Case("a broken one", static () => "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "PEM");
        yield return Case("a megabyte", static () => new string('A', 1 << 20), "longer");

        static TestCaseData Case(string name, Func<string> make, string reason) => new TestCaseData(make, reason).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(NoAuthorities))]
    public void What_is_no_authority_is_not_trusted(Func<string> make, string reason)
    {
        var chain = make();

        Assert.That(() => TrustAsync(chain), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains(reason));
    }

    [Test]
    public async Task Under_the_owners_CA_old_and_new_clients_come_in_and_check_the_server()
    {
        var before = await _rig.Certificates.IssueAsync(new CertificateOrder(), ChangedBy.Local);
        using var root = Forge.Authority("CN=Owner");
        var request = CertificateRequest.LoadSigningRequestPem(
            _rig.Get<GatewayAuthority>().CreateSigningRequest(), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        using var signed = request.Create(root, Forge.Start, Forge.End, [7]);

        await Trusted.InstallAsync(signed.ExportCertificatePem() + "\n" + root.ExportCertificatePem(), ChangedBy.Local, default);

        var after = await _rig.Certificates.IssueAsync(new CertificateOrder(), ChangedBy.Local);
        Assert.That(after.Authority.Trim(), Is.EqualTo(root.ExportCertificatePem()));
        Assert.That((await CheckAsync(X509Certificate2.CreateFromPem(before.Certificate))).Principal, Is.Not.Null, "old");
        Assert.That((await CheckAsync(X509Certificate2.CreateFromPem(after.Certificate))).Principal, Is.Not.Null, "new");
        var server = _rig.Get<IGatewayTls>().CertificateFile;
        foreach (var (name, pem) in new[] { ("old", before.Authority), ("new", after.Authority) })
        {
            var file = Path.Combine(_rig.Folder, name + ".crt");
            await File.WriteAllTextAsync(file, pem);
            Assert.That(await OpenSsl.RunAsync("verify", "-untrusted", server, "-CAfile", file, server), Does.EndWith("OK\n"), name);
        }

        await _rig.RestartAsync();
        Assert.That((await CheckAsync(X509Certificate2.CreateFromPem(before.Certificate))).Principal, Is.Not.Null, "old, after a restart");
        using var stranger = Forge.Client(root);
        Assert.That((await CheckAsync(stranger)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority), "the owner's other certificates are not for this gateway");
    }

    [Test]
    public void An_owners_certificate_for_another_key_is_not_installed()
    {
        using var root = Forge.Authority("CN=Owner");
        using var other = Forge.Authority("CN=Gateway", issuer: root);

        Assert.That(
            () => Trusted.InstallAsync(other.ExportCertificatePem() + "\n" + root.ExportCertificatePem(), ChangedBy.Local, default),
            Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("key"));
    }

    private Task<AuthorityRecord> TrustAsync(string chain, bool registers = false, bool activates = false, string? policy = null, ThingSource from = ThingSource.None) =>
        Trusted.TrustAsync(chain, registers, activates, policy, from, ChangedBy.Local, default);

    private Task<CertificateDescription> RegisterAsync(X509Certificate2 certificate, string? thing) =>
        _rig.Get<ClientCertificates>().RegisterAsync(certificate.ExportCertificatePem(), thing, ChangedBy.Local, default);

    private ValueTask<CredentialCheck> CheckAsync(X509Certificate2 certificate) => _rig.Checks.CheckAsync(certificate, [], default);
}
