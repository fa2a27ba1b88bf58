using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Roost.Identity.Logins;
using Roost.Identity.Policies;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>What a client may show to come in, and what it is told when that is not good.</summary>
public sealed class CredentialTests
{
    private MqttRig _rig = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _rig = await MqttRig.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_thing_comes_in_by_its_certificate_and_the_audit_has_it()
    {
        using var certificate = await _rig.AddThingAsync("vac-1");
        await using (var client = await _rig.ConnectAsync("vac-1", certificate))
        {
            Assert.That(await client.PublishAsync("robots/vac-1/telemetry"), Is.EqualTo(ReasonCode.Success));
            Assert.That(await client.PublishAsync("robots/vac-2/telemetry"), Is.EqualTo(ReasonCode.NotAuthorized));
            var described = (await _rig.Broker.FindClientAsync("vac-1"))!.Summary;
            Assert.That((described.Identity, described.Credential), Is.EqualTo(("thing/vac-1", MqttRig.IdOf(certificate))));
        }

        var entry = await _rig.AuditedAsync("connect", "vac-1");
        Assert.That((entry.Principal, entry.Thing), Is.EqualTo((MqttRig.IdOf(certificate), "vac-1")));
        Assert.That(entry.Source, Does.StartWith("127.0.0.1:"));
        Assert.That((await _rig.AuditedAsync("deny.publish", "vac-1")).Resource, Is.EqualTo("robots/vac-2/telemetry"));
        await _rig.AuditedAsync("disconnect", "vac-1");
    }

    [TestCase(MqttProtocolVersion.V311)]
    [TestCase(MqttProtocolVersion.V500)]
    public async Task A_user_comes_in_by_its_password_and_with_a_wrong_one_learns_nothing(MqttProtocolVersion version)
    {
        var name = $"anna-{version}";
        await _rig.AddUserAsync(name, "correct horse battery");
        await using (var client = await RigClient.ConnectAsync(_rig.Options("anna", user: name, password: "correct horse battery", version: version)))
        {
            Assert.That(await client.PublishAsync("anything/at/all"), Is.EqualTo(ReasonCode.Success));
        }

        var wrong = await MqttRig.RefusalOfAsync(_rig.Options("wrong", user: name, password: "correct horse", version: version));
        var unknown = await MqttRig.RefusalOfAsync(_rig.Options("unknown", user: $"no-{name}", password: "correct horse battery", version: version));

        Assert.That((wrong, unknown), Is.EqualTo((ReasonCode.BadUserNameOrPassword, ReasonCode.BadUserNameOrPassword)));
        Assert.That((await _rig.AuditedAsync("deny.connect", "wrong")).Principal, Is.EqualTo($"user/{name}"));
        Assert.That(_rig.Audit.Entries.SelectMany(static entry => new[] { entry.Reason, entry.Resource, entry.Principal }).OfType<string>(), Has.None.Contain("horse"));
    }

    [TestCase("anything")]
    [TestCase(null)]
    public async Task A_token_comes_in_the_passwords_place(string? userName)
    {
        var token = await _rig.Get<Tokens>().CreateAsync("app", expiresAt: null, thing: null, [BuiltInPolicies.Admin], isApp: false, MqttRig.Test, CancellationToken.None);

        await using var client = await _rig.ConnectAsync("app", user: userName, password: token.Text);

        Assert.That((await _rig.Broker.FindClientAsync("app"))!.Summary.Credential, Is.EqualTo(token.Record.PrincipalId));
    }

    [Test]
    public async Task A_token_that_was_revoked_or_altered_is_refused()
    {
        var token = await _rig.Get<Tokens>().CreateAsync("app", expiresAt: null, thing: null, [BuiltInPolicies.Admin], isApp: false, MqttRig.Test, CancellationToken.None);
        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("altered", user: "x", password: Altered(token.Text))), Is.EqualTo(ReasonCode.BadUserNameOrPassword));
        await _rig.Get<Tokens>().RevokeAsync(token.Record.Id, MqttRig.Test, CancellationToken.None);

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("revoked", user: "x", password: token.Text)), Is.EqualTo(ReasonCode.BadUserNameOrPassword));
        Assert.That((await _rig.AuditedAsync("deny.connect", "revoked")).Principal, Is.EqualTo(token.Record.PrincipalId));
    }

    [TestCase(CertificateStatus.Inactive)]
    [TestCase(CertificateStatus.Revoked)]
    public async Task A_certificate_that_holds_no_longer_is_refused(CertificateStatus status)
    {
        var name = $"ended-{status}";
        using var certificate = await _rig.AddThingAsync(name);
        await _rig.Get<IClientCertificates>().SetStatusAsync(MqttRig.FingerprintOf(certificate), status, MqttRig.Test);

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options(name, certificate)), Is.EqualTo(ReasonCode.NotAuthorized));
        var entry = await _rig.AuditedAsync("deny.connect", name);
        Assert.That((entry.Principal, entry.Reason), Is.EqualTo((MqttRig.IdOf(certificate), status is CertificateStatus.Revoked ? "the certificate was revoked" : "the certificate is not active; 'roost cert activate' lets it in")));
    }

    [Test]
    public async Task A_certificate_that_was_deleted_is_refused()
    {
        using var certificate = await _rig.AddThingAsync("deleted");
        await _rig.Get<IClientCertificates>().DeleteAsync(MqttRig.FingerprintOf(certificate), MqttRig.Test);

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("deleted", certificate)), Is.EqualTo(ReasonCode.NotAuthorized));
        await _rig.AuditedAsync("deny.connect", "deleted");
    }

    [Test]
    public async Task A_certificate_that_nobody_vouches_for_ends_in_the_handshake()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=vac-1", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("self-signed", own)), Is.Null);
        Assert.That((await _rig.AuditedAsync("deny.handshake")).Reason, Does.StartWith("the client's certificate: "));
    }

    [TestCase(null, null, ReasonCode.BadUserNameOrPassword)]
    [TestCase("nobody", null, ReasonCode.BadUserNameOrPassword)]
    [TestCase("?SDK=x", null, ReasonCode.NotAuthorized, Description = "it has shown nothing")]
    [TestCase("", "password", ReasonCode.BadUserNameOrPassword)]
    [TestCase("a\u0085b", "password", ReasonCode.BadUserNameOrPassword)]
    public async Task Who_shows_half_a_credential_or_none_is_refused(string? user, string? password, ReasonCode expected)
    {
        if (user is null)
        {
            expected = ReasonCode.NotAuthorized;
        }

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("half", user: user, password: password)), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_certificate_and_a_password_have_to_be_good_both_and_the_same_owners()
    {
        using var certificate = await _rig.AddThingAsync("both");
        await _rig.AddUserAsync("both-user", "the things own", policy: "", thing: "both");
        await _rig.AddUserAsync("another-user", "somebody elses");

        await using (await _rig.ConnectAsync("both", certificate, "both-user", "the things own"))
        {
            Assert.That((await _rig.Broker.FindClientAsync("both"))!.Summary.Credential, Is.EqualTo(MqttRig.IdOf(certificate)));
        }

        await using (await _rig.ConnectAsync("both", certificate, "a name alone"))
        {
        }

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("both", certificate, "both-user", "wrong")), Is.EqualTo(ReasonCode.BadUserNameOrPassword));
        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("both", certificate, "another-user", "somebody elses")), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That((await _rig.AuditedAsync("deny.connect", "both")).Reason, Does.EndWith("the two are not the same owner's"));
    }

    [Test]
    public async Task Who_has_no_policy_may_not_even_come_in()
    {
        using var certificate = await _rig.AddThingAsync("unattached", policy: null);

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("unattached", certificate)), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That((await _rig.AuditedAsync("deny.connect", "unattached")).Reason, Does.StartWith("iot:Connect on client/unattached: "));
    }

    [Test]
    public async Task A_thing_may_not_come_under_anothers_name()
    {
        using var certificate = await _rig.AddThingAsync("itself");

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("vac-1", certificate)), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("*", certificate)), Is.EqualTo(ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task A_will_without_right_is_refused()
    {
        using var certificate = await _rig.AddThingAsync("willing");
        var will = new MqttMessage { Topic = TopicName.Parse("site/alarm"), Payload = "x"u8.ToArray() };

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("willing", certificate, will: will)), Is.EqualTo(ReasonCode.NotAuthorized));
        var entry = await _rig.AuditedAsync("deny.connect", "willing");
        Assert.That((entry.Principal, entry.Reason), Is.EqualTo((MqttRig.IdOf(certificate), "the client may not publish its will")));
    }

    [Test]
    public async Task On_this_machine_nobody_needs_a_credential_and_who_shows_one_needs_a_good_one()
    {
        await using (await _rig.ConnectAsync("anonymous", isPlain: true))
        {
            Assert.That((await _rig.AuditedAsync("connect", "anonymous")).Principal, Is.EqualTo("local"));
        }

        await using (await _rig.ConnectAsync("a name alone", user: "a name alone", isPlain: true))
        {
        }

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("liar", user: "nobody", password: "nothing", isPlain: true)), Is.EqualTo(ReasonCode.BadUserNameOrPassword));
    }

    [Test]
    public async Task Guessing_passwords_meets_the_lock_also_with_the_right_one()
    {
        await _rig.AddUserAsync("guessed", "hunter2 hunter2");
        var seen = new List<ReasonCode?>();
        for (var i = 0; i < 30 && !seen.Contains(ReasonCode.Banned); i++)
        {
            seen.Add(await MqttRig.RefusalOfAsync(_rig.Options($"guess-{i}", user: "guessed", password: $"guess number {i}")));
        }

        Assert.That(seen, Has.Member(ReasonCode.Banned));
        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("right", user: "guessed", password: "hunter2 hunter2")), Is.EqualTo(ReasonCode.Banned));
        Assert.That((await _rig.AuditedAsync("deny.connect", "right")).Principal, Is.EqualTo("user/guessed"));
        _rig.Get<IGuessingGuard>().Unlock("user/guessed");
    }

    private static string Altered(string token) => token[..^1] + (token[^1] == 'a' ? 'b' : 'a');
}
