using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Roost.Identity.Certificates;

namespace Roost.Identity.Tests.Certificates;

public sealed class RenewalTests
{
    private IdentityRig _rig = null!;
    private X509Certificate2 _first = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _rig = await IdentityRig.StartAsync();
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        _first = X509Certificate2.CreateFromPem((await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1" }, ChangedBy.Local)).Certificate);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _first.Dispose();
        await _rig.DisposeAsync();
    }

    private ClientCertificates Certificates => _rig.Get<ClientCertificates>();

    [Test]
    public async Task Both_are_good_for_the_overlap_and_then_the_new_one_alone()
    {
        var second = X509Certificate2.CreateFromPem((await Certificates.RenewAsync("vac-1", new CertificateOrder(), ChangedBy.Local, default)).Certificate);
        Assert.That(await FaultsAsync(_first, second), Is.EqualTo(new[] { CredentialFault.None, CredentialFault.None }));

        _rig.Clock.Advance(TimeSpan.FromDays(7));

        Assert.That(await FaultsAsync(_first, second), Is.EqualTo(new[] { CredentialFault.Revoked, CredentialFault.None }));
        await _rig.Get<CertificateKeeper>().KeepAsync(default);
        Assert.That(_rig.Certificates.Find(Fingerprints.Of(_first))!.Status, Is.EqualTo(CertificateStatus.Revoked));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "cert/" + Fingerprints.Of(_first))));
    }

    [Test]
    public async Task Whoever_lost_the_answer_asks_again_and_what_was_lost_lets_nobody_in()
    {
        var lost = X509Certificate2.CreateFromPem((await RenewOwnAsync(_first)).Certificate);
        var kept = X509Certificate2.CreateFromPem((await RenewOwnAsync(_first)).Certificate);

        Assert.That(await FaultsAsync(_first, lost, kept), Is.EqualTo(new[] { CredentialFault.None, CredentialFault.Unknown, CredentialFault.None }));
    }

    [Test]
    public async Task To_ask_again_does_not_make_the_overlap_longer()
    {
        await RenewOwnAsync(_first);
        var end = _rig.Certificates.Find(Fingerprints.Of(_first))!.EndsAt;
        _rig.Clock.Advance(TimeSpan.FromDays(3));

        await RenewOwnAsync(_first);

        Assert.That(_rig.Certificates.Find(Fingerprints.Of(_first))!.EndsAt, Is.EqualTo(end));
    }

    [Test]
    public async Task An_old_key_takes_nothing_from_a_robot_that_has_come_with_its_new_one()
    {
        var robots = X509Certificate2.CreateFromPem((await RenewOwnAsync(_first)).Certificate);
        Assert.That(await FaultsAsync(robots), Is.EqualTo(new[] { CredentialFault.None }));

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => RenewOwnAsync(_first));

        Assert.That(refused!.Fault, Is.EqualTo(ChangeFault.Conflict));
        await _rig.RestartAsync();
        await Assert.ThrowsAsync<ChangeRefusedException>(() => RenewOwnAsync(_first));
        Assert.That(await FaultsAsync(robots), Is.EqualTo(new[] { CredentialFault.None }));
        Assert.That(_rig.Certificates.Of("vac-1"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task To_revoke_what_was_stolen_revokes_what_the_thief_renewed_it_to()
    {
        var second = X509Certificate2.CreateFromPem((await RenewOwnAsync(_first)).Certificate);
        await FaultsAsync(second);
        var third = X509Certificate2.CreateFromPem((await RenewOwnAsync(second)).Certificate);

        await _rig.Certificates.SetStatusAsync(Fingerprints.Of(_first), CertificateStatus.Revoked, ChangedBy.Local);

        Assert.That(await FaultsAsync(_first, second, third), Is.All.EqualTo(CredentialFault.Revoked));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "cert/" + Fingerprints.Of(third))));
    }

    [Test]
    public async Task The_end_of_an_overlap_takes_nothing_from_the_successor()
    {
        var second = X509Certificate2.CreateFromPem((await RenewOwnAsync(_first)).Certificate);
        _rig.Clock.Advance(TimeSpan.FromDays(8));
        await _rig.Get<CertificateKeeper>().KeepAsync(default);

        Assert.That(await FaultsAsync(_first, second), Is.EqualTo(new[] { CredentialFault.Revoked, CredentialFault.None }));
    }

    [Test]
    public async Task A_thing_renews_so_often_in_an_hour_and_no_more()
    {
        for (var i = 0; i < RenewalQuota.Most; i++)
        {
            await RenewOwnAsync(_first);
        }

        var refused = await Assert.ThrowsAsync<ChangeRefusedException>(() => RenewOwnAsync(_first));
        Assert.That(refused!.Fault, Is.EqualTo(ChangeFault.LimitExceeded));
        Assert.That(_rig.Certificates.Of("vac-1"), Has.Count.EqualTo(2));
        _rig.Clock.Advance(TimeSpan.FromHours(1));
        await RenewOwnAsync(_first);
    }

    [Test]
    public async Task A_chain_of_renewals_leaves_few_certificates_good()
    {
        var last = _first;
        for (var i = 0; i < 3; i++)
        {
            last = X509Certificate2.CreateFromPem((await RenewOwnAsync(last)).Certificate);
            await FaultsAsync(last);
        }

        Assert.That((await Assert.ThrowsAsync<ChangeRefusedException>(() => RenewOwnAsync(last)))!.Fault, Is.EqualTo(ChangeFault.LimitExceeded));
    }

    [Test]
    public async Task One_that_was_revoked_renews_nothing()
    {
        await _rig.Certificates.SetStatusAsync(Fingerprints.Of(_first), CertificateStatus.Revoked, ChangedBy.Local);

        Assert.That(() => RenewOwnAsync(_first), Throws.TypeOf<ChangeRefusedException>());
        Assert.That(() => _rig.Certificates.SetStatusAsync(Fingerprints.Of(_first), CertificateStatus.Active, ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());
    }

    [Test]
    public async Task What_ends_soon_is_told_and_what_was_renewed_is_not()
    {
        await Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1", Validity = TimeSpan.FromDays(20) }, ChangedBy.Local);
        var expiring = _rig.Get<IExpiringCredentials>();
        Assert.That(expiring.Within(expiring.WarnBefore).Single().Name, Does.Contain("vac-1"));

        await Certificates.RenewAsync("vac-1", new CertificateOrder(), ChangedBy.Local, default);

        Assert.That(expiring.Within(expiring.WarnBefore), Is.Empty);
    }

    [Test]
    public async Task The_servers_certificate_is_renewed_by_itself_and_another_address_makes_another()
    {
        var before = await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().CertificateFile);
        await _rig.Get<CertificateKeeper>().KeepAsync(default);
        Assert.That(await File.ReadAllTextAsync(_rig.Get<IGatewayTls>().CertificateFile), Is.EqualTo(before));

        _rig.Clock.Advance(TimeSpan.FromDays(600));
        await _rig.Get<CertificateKeeper>().KeepAsync(default);

        using var renewed = X509Certificate2.CreateFromPemFile(_rig.Get<IGatewayTls>().CertificateFile);
        Assert.That(renewed.NotAfter.ToUniversalTime(), Is.EqualTo(_rig.Clock.GetUtcNow().AddDays(730).UtcDateTime).Within(TimeSpan.FromMinutes(1)));
    }

    private async Task<IssuedCertificate> RenewOwnAsync(X509Certificate2 certificate)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return await Certificates.RenewOwnAsync(Fingerprints.Of(certificate), Forge.Request(key, HashAlgorithmName.SHA256), ChangedBy.Local, default);
    }

    private async Task<IEnumerable<CredentialFault>> FaultsAsync(params X509Certificate2[] certificates)
    {
        var faults = new List<CredentialFault>();
        foreach (var certificate in certificates)
        {
            faults.Add((await _rig.Checks.CheckAsync(certificate, [], default)).Fault);
        }

        return faults;
    }
}
