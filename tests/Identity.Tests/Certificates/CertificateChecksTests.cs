using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Roost.Identity.Certificates;

namespace Roost.Identity.Tests.Certificates;

/// <summary>Who is not let in, and why, when what he shows looks almost right.</summary>
public sealed class CertificateChecksTests
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private IdentityRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await IdentityRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_certificate_of_ours_lets_its_thing_in()
    {
        var certificate = await IssueAsync("vac-1");

        var check = await CheckAsync(certificate);

        Assert.That(check.Principal?.Thing, Is.EqualTo("vac-1"), check.Reason);
        Assert.That(check.Principal!.Id, Is.EqualTo("cert/" + Fingerprints.Of(certificate)));
        Assert.That(check.Principal.Attributes["Certificate.Subject.CommonName"], Is.EqualTo("vac-1"));
        Assert.That(check.Principal.ExpiresAt, Is.EqualTo(new DateTimeOffset(certificate.NotAfter.ToUniversalTime())));
    }

    [TestCase(CertificateStatus.Revoked, CredentialFault.Revoked)]
    [TestCase(CertificateStatus.Inactive, CredentialFault.Inactive)]
    [TestCase(CertificateStatus.PendingActivation, CredentialFault.Inactive)]
    public async Task One_that_is_not_active_is_refused_though_it_was_let_in_before(CertificateStatus status, CredentialFault fault)
    {
        var certificate = await IssueAsync("vac-1");
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);

        await _rig.Certificates.SetStatusAsync(Fingerprints.Of(certificate), status, ChangedBy.Local);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(fault));
        await _rig.RestartAsync();
        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(fault));
    }

    [Test]
    public async Task One_that_was_deleted_is_refused_though_our_CA_has_signed_it()
    {
        var certificate = await IssueAsync("vac-1");

        await _rig.Certificates.DeleteAsync(Fingerprints.Of(certificate), ChangedBy.Local);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Unknown));
    }

    [Test]
    public async Task A_revocation_that_cannot_be_audited_still_ends_the_connections()
    {
        var certificate = await IssueAsync("vac-1");
        _rig.Audit.IsFull = true;

        await Assert.ThrowsAsync<IOException>(() => _rig.Certificates.SetStatusAsync(Fingerprints.Of(certificate), CertificateStatus.Revoked, ChangedBy.Local));

        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "cert/" + Fingerprints.Of(certificate))));
        await Assert.ThrowsAsync<IOException>(() => _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "thing/vac-1")));
    }

    [Test]
    public async Task A_Deny_is_taken_off_only_when_the_credential_has_ended()
    {
        var principal = "cert/" + Fingerprints.Of(await IssueAsync("vac-1"));
        await _rig.Get<IPolicyAttachments>().AttachAsync("admin", principal, ChangedBy.Local);
        await _rig.Get<IPolicyAttachments>().AttachAsync("admin", "thing/vac-1", ChangedBy.Local);
        _rig.Told.Clear();

        await _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local);

        Assert.That(_rig.Told, Is.EqualTo(new[]
        {
            new IdentityChange(IdentityChangeKind.CredentialEnded, "thing/vac-1"), new IdentityChange(IdentityChangeKind.RightsChanged, principal),
            new IdentityChange(IdentityChangeKind.RightsChanged, "thing/vac-1"),
        }));
    }

    [Test]
    public async Task Those_of_a_thing_that_was_deleted_are_refused_also_when_a_thing_of_its_name_is_made()
    {
        var certificate = await IssueAsync("vac-1");
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);

        await _rig.Things.DeleteAsync("vac-1", null, ChangedBy.Local);
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Unknown));
        Assert.That(_rig.Told, Does.Contain(new IdentityChange(IdentityChangeKind.CredentialEnded, "thing/vac-1")));
    }

    [Test]
    public async Task One_is_good_until_its_last_second_and_no_longer()
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(2));
        _rig.Clock.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);

        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public async Task A_clock_that_is_set_back_to_1970_makes_none_good_again()
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(30));
        _rig.Clock.Advance(TimeSpan.FromDays(31));
        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Expired));

        _rig.Machine.IsSet = false;
        await _rig.Get<TrustedTime>().KeepAsync(default);
        await _rig.RestartAsync(() => _rig.Clock.SetUtcNow(DateTimeOffset.UnixEpoch));

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public async Task A_clock_that_boots_in_1970_locks_nobody_out()
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(30));
        _rig.Machine.IsSet = false;

        await _rig.RestartAsync(() => _rig.Clock.SetUtcNow(DateTimeOffset.UnixEpoch));

        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);
    }

    [Test]
    public async Task A_clock_that_boots_in_2099_locks_nobody_out()
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(30));
        _rig.Machine.IsSet = false;

        await _rig.RestartAsync(() => _rig.Clock.SetUtcNow(new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero)));

        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);
    }

    [TestCase(2)]
    [TestCase(15)]
    [TestCase(63)]
    public async Task A_time_server_that_lies_for_an_hour_locks_nobody_out_afterwards(int years)
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(30));
        var truth = _rig.Clock.GetUtcNow();

        _rig.Clock.SetUtcNow(truth.AddYears(years));
        await CheckAsync(certificate);
        await _rig.Get<TrustedTime>().KeepAsync(default);
        _rig.Clock.Advance(TimeSpan.FromHours(1));
        await _rig.Get<TrustedTime>().KeepAsync(default);
        _rig.Clock.SetUtcNow(truth.AddHours(1));

        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null, "at once");
        await _rig.Get<TrustedTime>().KeepAsync(default);
        await _rig.RestartAsync();
        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null, "after a restart");
        Assert.That((await CheckAsync(await IssueAsync("vac-2"))).Principal, Is.Not.Null, "a new one");
    }

    [Test]
    public async Task A_time_that_no_gateway_lives_to_see_is_believed_of_no_time_server()
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(30));

        _rig.Clock.SetUtcNow(_rig.Clock.GetUtcNow().AddYears(63));

        Assert.That((await CheckAsync(certificate)).Principal, Is.Not.Null);
    }

    [Test]
    public async Task A_clock_that_boots_in_1970_goes_on_from_what_a_time_server_said_last()
    {
        var certificate = await IssueAsync("vac-1", TimeSpan.FromDays(30));
        _rig.Clock.SetUtcNow(_rig.Clock.GetUtcNow().AddDays(200)); // it was switched off for so long
        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Expired));
        await _rig.Get<TrustedTime>().KeepAsync(default);

        _rig.Machine.IsSet = false;
        await _rig.RestartAsync(() => _rig.Clock.SetUtcNow(DateTimeOffset.UnixEpoch));

        Assert.That((await CheckAsync(certificate)).Fault, Is.EqualTo(CredentialFault.Expired));
    }

    [Test]
    public void A_lie_moves_the_floor_by_days_for_a_day_and_the_clock_comes_after_it_again()
    {
        var time = _rig.Get<TrustedTime>();
        var truth = _rig.Clock.GetUtcNow();
        _rig.Clock.SetUtcNow(truth.AddYears(5));
        _ = time.Now;
        _rig.Clock.Advance(TimeSpan.FromDays(1));
        _ = time.Now;
        _rig.Clock.SetUtcNow(TrustedTime.BuildDate);
        var floor = time.Now;
        Assert.That(floor, Is.LessThanOrEqualTo(TrustedTime.BuildDate.AddDays(3)), "one day, and two for the lie");

        for (var day = 0; day < 10; day++)
        {
            _rig.Clock.Advance(TimeSpan.FromDays(1));
            _ = time.Now;
        }

        Assert.That(time.AheadOfClock, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task One_that_our_CA_signed_and_nobody_registered_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stray = _rig.Get<GatewayAuthority>().Sign((issuer, issuerKey) => CertificateMaker.Client(new PublicKey(key), "vac-1", issuer, issuerKey, Forge.End));

        Assert.That((await CheckAsync(stray)).Fault, Is.EqualTo(CredentialFault.Unknown));
    }

    [Test]
    public async Task The_servers_own_certificate_lets_nobody_in()
    {
        using var server = X509Certificate2.CreateFromPemFile(_rig.Get<IGatewayTls>().CertificateFile);

        Assert.That((await CheckAsync(server)).Principal, Is.Null);
    }

    [Test]
    public async Task The_CAs_own_certificate_lets_nobody_in()
    {
        using var own = X509Certificate2.CreateFromPem(_rig.Certificates.AuthorityPem);

        Assert.That((await CheckAsync(own)).Principal, Is.Null);
    }

    [Test]
    public async Task What_a_client_signed_with_its_own_certificate_is_refused()
    {
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1" }, ChangedBy.Local);
        using var client = X509Certificate2.CreateFromPem(issued.Certificate, issued.PrivateKey);
        using var child = Forge.Client(client, "CN=vac-2");

        Assert.That((await _rig.Checks.CheckAsync(child, [client], default)).Fault, Is.EqualTo(CredentialFault.UntrustedAuthority));
    }

    public static IEnumerable<TestCaseData> Strangers()
    {
        yield return Case("self-signed", static _ => Forge.Client(null), CredentialFault.UntrustedAuthority);
        yield return Case("of another CA", static _ => Forge.Client(Forge.Authority()), CredentialFault.UntrustedAuthority);
        yield return Case("of another CA by our CA's name", static own => Forge.Client(Forge.Authority(own.Subject)), CredentialFault.UntrustedAuthority);
        yield return Case("RSA with 1024 bits", static _ => Forge.Client(Forge.Authority(), key: RSA.Create(1024)), CredentialFault.Weak);
        yield return Case("RSA with 16384 bits, which would cost us seconds", static _ => Parse(HugeRsa), CredentialFault.Weak);
        yield return Case("signed with SHA-1", static _ => Parse(Sha1), CredentialFault.Weak);
        yield return Case("a CA as a client", static _ => Forge.Client(Forge.Authority(), isAuthority: true), CredentialFault.UntrustedAuthority);
        yield return Case("for servers only", static _ => Forge.Client(Forge.Authority(), usage: ServerAuthentication), CredentialFault.UntrustedAuthority);
        yield return Case("20 KB of certificate", static _ => Forge.Client(Forge.Authority(), padding: 20_000), CredentialFault.Malformed);

        static TestCaseData Case(string name, Func<X509Certificate2, X509Certificate2> make, CredentialFault fault) => new TestCaseData(make, fault).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Strangers))]
    public async Task A_strangers_certificate_is_refused(Func<X509Certificate2, X509Certificate2> make, CredentialFault fault)
    {
        using var own = X509Certificate2.CreateFromPem(_rig.Certificates.AuthorityPem);
        using var stranger = make(own);

        var check = await CheckAsync(stranger);

        Assert.That(check.Principal, Is.Null);
        Assert.That(check.Fault, Is.EqualTo(fault), check.Reason);
    }

    [Test]
    public async Task A_hundred_intermediates_are_not_looked_at()
    {
        var certificate = await IssueAsync("vac-1");
        using var filler = Forge.Authority();

        Assert.That((await _rig.Checks.CheckAsync(certificate, [.. Enumerable.Repeat(filler, 100)], default)).Fault, Is.EqualTo(CredentialFault.Malformed));
    }

    [Test]
    public async Task A_refusal_names_whom_it_claimed_to_be()
    {
        using var stranger = Forge.Client(null);

        Assert.That((await CheckAsync(stranger)).Claimed, Is.EqualTo("cert/" + Fingerprints.Of(stranger)));
    }

    private static X509Certificate2 Parse(string pem) => X509Certificate2.CreateFromPem(pem);

    private static string Sha1 => OpenSslCertificate("rsa:2048", "-sha1");

    private static string HugeRsa
    {
        get
        {
            // A modulus that nobody has factors of: for a key that is only looked at, any odd number will do.
            var modulus = RandomNumberGenerator.GetBytes(2048);
            (modulus[0], modulus[^1]) = (0x80, 1);
            using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
            using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(new X500DistinguishedName("CN=robot"), new PublicKey(rsa), HashAlgorithmName.SHA256);
            using var made = request.Create(new X500DistinguishedName("CN=Somebody"), X509SignatureGenerator.CreateForECDsa(signer), Forge.Start, Forge.End, [1]);
            return made.ExportCertificatePem();
        }
    }

    private static string OpenSslCertificate(string key, string hash) =>
        OpenSsl.RunAsync("req", "-x509", "-newkey", key, hash, "-nodes", "-keyout", "/dev/null", "-subj", "/CN=robot", "-days", "30").GetAwaiter().GetResult() is var text
            ? text[text.IndexOf("-----BEGIN CERTIFICATE", StringComparison.Ordinal)..(text.IndexOf("-----END CERTIFICATE-----", StringComparison.Ordinal) + 25)]
            : "";

    private async Task<X509Certificate2> IssueAsync(string thing, TimeSpan? validity = null)
    {
        await _rig.Things.PutAsync(new ThingChange(thing), ChangedBy.Local);
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = thing, Validity = validity }, ChangedBy.Local);
        return X509Certificate2.CreateFromPem(issued.Certificate);
    }

    private ValueTask<CredentialCheck> CheckAsync(X509Certificate2 certificate) => _rig.Checks.CheckAsync(certificate, [], default);
}
