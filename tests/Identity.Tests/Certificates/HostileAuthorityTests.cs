using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity.Certificates;
using Roost.Identity.Store;
using Roost.Identity.Things;

namespace Roost.Identity.Tests.Certificates;

/// <summary>CAs that fell into wrong hands, share a name, or register robots while the disk is full.</summary>
public sealed class HostileAuthorityTests
{
    private readonly StubbornAudit _audit = new();
    private IdentityRig _rig = null!;

    private TrustedAuthorities Trusted => _rig.Get<TrustedAuthorities>();

    [SetUp]
    public async Task StartAsync()
    {
        _audit.Refused.Clear();
        _rig = await IdentityRig.StartAsync(services => services.AddSingleton<IAuditTrail>(_audit));
    }

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_distrusted_intermediate_lets_nobody_in_though_its_root_is_trusted_also_after_a_restart()
    {
        using var root = Forge.Authority("CN=Root");
        using var between = Forge.Authority("CN=Line 3", issuer: root);
        using var robot = Forge.Client(between);
        using var ofRoot = Forge.Client(root, "CN=other");
        await TrustAsync(root.ExportCertificatePem(), registers: true, activates: true);
        var record = await TrustAsync(between.ExportCertificatePem() + "\n" + root.ExportCertificatePem(), registers: true, activates: true);
        Assert.That((await CheckAsync(robot, between)).Principal, Is.Not.Null);

        await Trusted.DistrustAsync(record.Fingerprint, ChangedBy.Local, default);

        Assert.That((await CheckAsync(robot, between)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
        using var forged = Forge.Client(between, "CN=forged");
        var check = await CheckAsync(forged, between);
        Assert.That((check.Fault, check.Reason.Contains("'CN=Line 3', which was distrusted", StringComparison.Ordinal)), Is.EqualTo((CredentialFault.UntrustedAuthority, true)), check.Reason);
        Assert.That((await CheckAsync(ofRoot)).Principal, Is.Not.Null, "the root's own");
        Assert.That(() => Register(forged, between), Throws.TypeOf<ChangeRefusedException>().With.Message.Contains("distrusted"));

        await _rig.RestartAsync();
        Assert.That((await CheckAsync(robot, between)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority), "after a restart");
        await TrustAsync(between.ExportCertificatePem() + "\n" + root.ExportCertificatePem(), registers: true, activates: true);
        Assert.That((await CheckAsync(robot, between)).Principal, Is.Not.Null, "trusted again");
    }

    [Test]
    public async Task Another_certificate_for_the_key_of_a_distrusted_CA_brings_nobody_in()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Forge.Authority("CN=Root");
        using var between = Forge.Authority("CN=Line 3", key, root);
        using var again = Forge.Authority("CN=Line 3", key, root);
        using var renamed = Forge.Authority("CN=Line 4", key, root);
        using var robot = Forge.Client(again);
        using var other = Forge.Client(renamed, "CN=other");
        await TrustAsync(root.ExportCertificatePem(), registers: true, activates: true);
        var record = await TrustAsync(between.ExportCertificatePem() + "\n" + root.ExportCertificatePem());
        await Trusted.DistrustAsync(record.Fingerprint, ChangedBy.Local, default);

        Assert.That((await CheckAsync(robot, again)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
        Assert.That((await CheckAsync(other, renamed)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
    }

    [Test]
    public async Task Of_two_CAs_of_one_name_the_robots_of_both_come_in_and_a_third_ones_do_not()
    {
        using var first = Forge.Authority("CN=Factory");
        using var second = Forge.Authority("CN=Factory");
        using var third = Forge.Authority("CN=Factory");
        await TrustAsync(first.ExportCertificatePem(), registers: true, activates: true);
        await TrustAsync(second.ExportCertificatePem(), registers: true, activates: true);

        foreach (var (authority, comes) in new[] { (first, true), (second, true), (third, false) })
        {
            using var robot = Forge.Client(authority); // without an authority key identifier: nothing says whose key has signed it
            Assert.That((await CheckAsync(robot)).Principal is not null, Is.EqualTo(comes));
        }
    }

    [Test]
    public async Task What_TLS_asks_for_has_every_CA_however_many_are_trusted_at_once()
    {
        var authorities = Enumerable.Range(0, 12).Select(number => Forge.Authority($"CN=CA {number}")).ToList();

        await Task.WhenAll(authorities.Select(authority => Task.Run(() => TrustAsync(authority.ExportCertificatePem()))));

        var bundle = await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().ClientAuthoritiesFile);
        Assert.That(authorities.Where(authority => !bundle.Contains(authority.ExportCertificatePem(), StringComparison.Ordinal)).Select(authority => authority.Subject), Is.Empty);
        authorities.ForEach(authority => authority.Dispose());
    }

    [Test]
    public async Task A_robot_that_registers_itself_is_not_told_to_have_ended()
    {
        using var authority = Forge.Authority();
        using var robot = Forge.Client(authority, "CN=vac-7");
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, policy: "thing-default", from: ThingSource.CommonName);

        Assert.That((await CheckAsync(robot)).Principal?.Thing, Is.EqualTo("vac-7"));

        Assert.That(_rig.Told.Where(change => change.Kind == IdentityChangeKind.CredentialEnded), Is.Empty, "it would be thrown out of its own first CONNECT");
    }

    [TestCase("thing.create")]
    [TestCase("certificate.register")]
    [TestCase("policy.attach")]
    public async Task Whatever_fails_while_a_robot_registers_itself_is_made_up_for_when_it_comes_again(string action)
    {
        using var authority = Forge.Authority();
        using var robot = Forge.Client(authority, "CN=vac-7");
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, policy: "thing-default", from: ThingSource.CommonName);
        _audit.Refused.Add(action);

        Assert.That((await CheckAsync(robot)).Fault, Is.EqualTo(CredentialFault.Busy), "what cannot be audited lets nobody in");
        _audit.Refused.Clear();
        var again = await CheckAsync(robot);

        Assert.That(again.Principal?.Thing, Is.EqualTo("vac-7"), again.Reason);
        Assert.That(_rig.Get<IPolicyAuthority>().RightsOf(again.Principal!, new ConnectionFacts("vac-7", null)).Allows("iot:Connect", "client/vac-7"), Is.True);
    }

    [Test]
    public async Task A_kill_between_registration_and_activation_is_made_up_for_and_a_subject_that_is_anothers_is_not()
    {
        using var authority = Forge.Authority();
        using var robot = Forge.Client(authority, "CN=vac-7");
        using var impostor = Forge.Client(authority, "CN=vac-1");
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        var record = await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true, from: ThingSource.CommonName);
        await _rig.Get<ThingRegistry>().PutAsync(
            new ThingChange("vac-7"),
            connection => ClientCertificates.Insert(connection, robot, CertificateRows.Describe(robot, "vac-7", record.Fingerprint, CertificateStatus.PendingActivation, _rig.Clock.GetUtcNow())),
            ChangedBy.Gateway, default); // so far it came
        await _rig.RestartAsync();

        Assert.That((await CheckAsync(robot)).Principal?.Thing, Is.EqualTo("vac-7"));
        Assert.That((await CheckAsync(impostor)).Fault, Is.EqualTo(CredentialFault.Inactive));
        Assert.That((await CheckAsync(impostor)).Fault, Is.EqualTo(CredentialFault.Inactive), "again");
    }

    [Test]
    public async Task Neither_the_thing_nor_its_certificate_is_there_when_one_of_them_cannot_be()
    {
        using var authority = Forge.Authority();
        using var robot = Forge.Client(authority, "CN=vac-7");

        Assert.That(
            () => _rig.Get<ThingRegistry>().PutAsync(new ThingChange("vac-7"), _ => throw new ChangeRefusedException(ChangeFault.Conflict, "registered already"), ChangedBy.Gateway, default),
            Throws.TypeOf<ChangeRefusedException>());

        Assert.That(_rig.Get<IThingRegistry>().Find("vac-7"), Is.Null);
        await _rig.RestartAsync();
        Assert.That(_rig.Get<IThingRegistry>().Find("vac-7"), Is.Null);
    }

    [Test]
    public async Task A_revoked_certificate_is_forgotten_a_month_after_its_end_and_comes_back_by_no_way()
    {
        using var authority = Forge.Authority();
        using var robot = Forge.Client(authority, "CN=vac-7", notAfter: _rig.Clock.GetUtcNow().AddDays(10));
        await TrustAsync(authority.ExportCertificatePem(), registers: true, activates: true);
        Assert.That((await CheckAsync(robot)).Principal, Is.Not.Null);
        await _rig.Certificates.SetStatusAsync(Fingerprints.Of(robot), CertificateStatus.Revoked, ChangedBy.Local);

        await AfterAsync(days: 39);
        Assert.That(_rig.Certificates.Find(Fingerprints.Of(robot)), Is.Not.Null, "29 days after its end");
        await AfterAsync(days: 2);

        Assert.That(_rig.Certificates.Find(Fingerprints.Of(robot)), Is.Null);
        Assert.That(Rows("SELECT count(*) FROM certificates"), Is.Zero);
        Assert.That(_rig.Get<ClientCertificates>().HasEnded(Fingerprints.Of(robot)), Is.True, "a clock that goes back brings it to nothing");
    }

    private async Task AfterAsync(int days)
    {
        _rig.Clock.Advance(TimeSpan.FromDays(days));
        await _rig.Get<CertificateKeeper>().KeepAsync(default);
    }

    private long Rows(string sql) => _rig.Get<IdentityDatabase>().Store.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    });

    private Task<AuthorityRecord> TrustAsync(string chain, bool registers = false, bool activates = false, string? policy = null, ThingSource from = ThingSource.None) =>
        Trusted.TrustAsync(chain, registers, activates, policy, from, ChangedBy.Local, default);

    private Task<CertificateDescription> Register(X509Certificate2 certificate, X509Certificate2 between) =>
        _rig.Get<ClientCertificates>().RegisterAsync(certificate.ExportCertificatePem() + "\n" + between.ExportCertificatePem(), null, ChangedBy.Local, default);

    private ValueTask<CredentialCheck> CheckAsync(X509Certificate2 certificate, params X509Certificate2[] intermediates) => _rig.Checks.CheckAsync(certificate, intermediates, default);
}
