using System.Text;
using Roost.Identity.Logins;
using Roost.Identity.Policies;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>What is changed while clients are here, and what waits for those that are not.</summary>
public sealed class LiveConnectionTests
{
    private static readonly TimeSpan s_lasting = TimeSpan.FromHours(1);

    private MqttRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await MqttRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task A_revoked_certificate_ends_its_connection_before_the_revocation_is_answered_and_no_other()
    {
        using var certificate = await _rig.AddThingAsync("vac-1");
        using var second = await _rig.AddCertificateAsync("vac-1");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);
        await using var other = await _rig.ConnectAsync("vac-1.second", second);

        await _rig.Get<IClientCertificates>().SetStatusAsync(MqttRig.FingerprintOf(certificate), CertificateStatus.Revoked, MqttRig.Test);

        Assert.That((await _rig.Broker.ListClientsAsync()).Select(static one => one.ClientIdentifier), Is.EqualTo(new[] { "vac-1.second" }));
        Assert.That(await client.EndAsync(), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await other.PublishAsync("robots/vac-1/x"), Is.EqualTo(ReasonCode.Success));
    }

    [Test]
    public async Task A_thing_is_not_kept_out_by_who_may_connect_by_any_name()
    {
        using var certificate = await _rig.AddThingAsync("vac-1");
        using var claim = await _rig.AddCertificateAsync(thing: null);
        await _rig.SetPolicyAsync("any-name", MqttRig.IdOf(claim), "Allow iot:Connect client/*");
        await using var occupant = await _rig.ConnectAsync("vac-1", claim, expiry: s_lasting);

        await using var robot = await _rig.ConnectAsync("vac-1", certificate);

        Assert.That(await occupant.EndAsync(), Is.EqualTo(ReasonCode.SessionTakenOver));
        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("vac-1", claim)), Is.EqualTo(ReasonCode.ClientIdentifierNotValid));
    }

    [Test]
    public async Task A_thing_that_is_deleted_ends_all_of_its_connections()
    {
        using var certificate = await _rig.AddThingAsync("vac-1");
        using var second = await _rig.AddCertificateAsync("vac-1");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);
        await using var other = await _rig.ConnectAsync("vac-1.second", second);

        await _rig.Get<IThings>().DeleteAsync("vac-1", expectedVersion: null, MqttRig.Test);

        Assert.That(await _rig.Broker.ListClientsAsync(), Is.Empty);
        await client.EndAsync();
        await other.EndAsync();
    }

    [Test]
    public async Task A_user_that_is_deleted_and_a_token_that_is_revoked_end_their_connections()
    {
        await _rig.AddUserAsync("anna", "correct horse battery");
        var token = await _rig.Get<Tokens>().CreateAsync("app", expiresAt: null, thing: null, [BuiltInPolicies.Admin], isApp: false, MqttRig.Test, CancellationToken.None);
        await using var user = await _rig.ConnectAsync("user", user: "anna", password: "correct horse battery");
        await using var app = await _rig.ConnectAsync("app", user: "x", password: token.Text);

        await _rig.Get<Users>().DeleteAsync("anna", MqttRig.Test, CancellationToken.None);
        await _rig.Get<Tokens>().RevokeAsync(token.Record.Id, MqttRig.Test, CancellationToken.None);

        Assert.That(await _rig.Broker.ListClientsAsync(), Is.Empty);
        Assert.That((await user.EndAsync(), await app.EndAsync()), Is.EqualTo((ReasonCode.NotAuthorized, ReasonCode.NotAuthorized)));
    }

    [Test]
    public async Task A_credential_that_runs_out_ends_its_connection()
    {
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(3);
        var token = await _rig.Get<Tokens>().CreateAsync("app", soon, thing: null, [BuiltInPolicies.Admin], isApp: false, MqttRig.Test, CancellationToken.None);
        await using var forEver = await ConnectUserAsync();
        await using var client = await _rig.ConnectAsync("app", user: "x", password: token.Text);

        Assert.That(await client.EndAsync(), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(TimeProvider.System.GetUtcNow(), Is.GreaterThanOrEqualTo(soon));
        Assert.That(await forEver.PublishAsync("x"), Is.EqualTo(ReasonCode.Success));
    }

    [Test]
    public async Task A_policy_that_changes_takes_publishing_and_receiving_from_who_is_there()
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Publish topic/*", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/*");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);
        await client.SubscribeAsync("news/#");
        Assert.That(await client.PublishAsync("a"), Is.EqualTo(ReasonCode.Success));

        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Publish topic/b", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/news/open");

        Assert.That(await client.PublishAsync("a"), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await client.PublishAsync("b"), Is.EqualTo(ReasonCode.Success));
        await PublishAsync("news/secret");
        await PublishAsync("news/open");
        Assert.That(await client.ReceiveAsync(), Is.EqualTo("news/open x"));
    }

    [Test]
    public async Task A_subscription_that_a_policy_takes_away_is_gone_and_its_client_is_told_by_a_close()
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/*");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await using var client = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting);
        await client.SubscribeAsync("news/#");

        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/else", "Allow iot:Receive topic/*");

        Assert.That((await _rig.Broker.FindClientAsync("vac-1"))!.Subscriptions, Is.Empty);
        Assert.That(await client.EndAsync(), Is.EqualTo(ReasonCode.NotAuthorized));
        await using var back = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting);
        Assert.That(await back.SubscribeAsync("news/#"), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That((await _rig.AuditedAsync("deny.subscribe", "vac-1")).Resource, Is.EqualTo("news/#"));
    }

    [Test]
    public async Task Who_may_not_connect_any_more_is_closed()
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Publish topic/*");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);

        await _rig.SetPolicyAsync("p", null, "Allow iot:Publish topic/*");

        Assert.That(await client.EndAsync(), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("vac-1", certificate)), Is.EqualTo(ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task A_right_that_is_given_holds_for_who_is_there()
    {
        using var certificate = await _rig.AddThingAsync("vac-1");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);
        Assert.That(await client.SubscribeAsync("news/#"), Is.EqualTo(ReasonCode.NotAuthorized));

        await _rig.SetPolicyAsync("reader", "thing/vac-1", "Allow iot:Subscribe topicfilter/news/*", "Allow iot:Receive topic/news/*");

        Assert.That(await client.SubscribeAsync("news/#"), Is.EqualTo(ReasonCode.Success));
    }

    [Test]
    public async Task Retained_messages_that_a_client_may_not_receive_are_not_sent()
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/news/open");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await PublishAsync("news/a-secret", retain: true);
        await PublishAsync("news/open", retain: true);
        await using var client = await _rig.ConnectAsync("vac-1", certificate);

        await client.SubscribeAsync("news/#");

        Assert.That(await client.ReceiveAsync(), Is.EqualTo("news/open x"));
    }

    [Test]
    public async Task What_waits_for_a_client_obeys_the_rights_that_it_has_when_it_comes_also_after_a_restart()
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/*");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await using (var client = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting))
        {
            await client.SubscribeAsync("news/#");
        }

        await PublishAsync("news/secret");
        await PublishAsync("news/open");
        await _rig.RestartAsync();
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/news/open");

        await using var back = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting);

        Assert.That(await back.ReceiveAsync(), Is.EqualTo("news/open x"));
    }

    [TestCase("#")]
    [TestCase("+/+")]
    [TestCase("news/#")]
    [TestCase("$share/all/#")]
    [TestCase("$share/all/news/+")]
    public async Task No_wildcard_and_no_share_widens_a_right(string filter)
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/news/open", "Allow iot:Receive topic/*");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);

        Assert.That(await client.SubscribeAsync(filter), Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await client.SubscribeAsync("news/open"), Is.EqualTo(ReasonCode.Success));
    }

    [Test]
    public async Task A_share_needs_the_right_to_receive_all_that_it_brings()
    {
        await _rig.SetPolicyAsync("p", null, "Allow iot:Connect client/*", "Allow iot:Subscribe topicfilter/*", "Allow iot:Receive topic/news/open");
        using var certificate = await _rig.AddThingAsync("vac-1", "p");
        await using var client = await _rig.ConnectAsync("vac-1", certificate);

        Assert.That(await client.SubscribeAsync("$share/all/news/#"), Is.EqualTo(ReasonCode.NotAuthorized));
    }

    [TestCase("$SYS/broker/clients/connected")]
    [TestCase("$aws/events/presence/connected/vac-1")]
    [TestCase("$aws/things/vac-2/shadow/update/accepted")]
    public async Task Nobody_publishes_as_the_gateway(string topic)
    {
        await using var client = await ConnectUserAsync(policy: "thing-default");

        Assert.That(await client.PublishAsync(topic), Is.EqualTo(ReasonCode.NotAuthorized));
    }

    [Test]
    public async Task A_session_is_not_taken_over_by_another_identity_also_after_a_restart()
    {
        using var certificate = await _rig.AddThingAsync("vac-1");
        await _rig.AddUserAsync("mallory", "everything is allowed");
        await using (var client = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting))
        {
            Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("vac-1", user: "mallory", password: "everything is allowed")), Is.EqualTo(ReasonCode.ClientIdentifierNotValid));
            Assert.That(await client.PublishAsync("robots/vac-1/x"), Is.EqualTo(ReasonCode.Success), "it has not even been disturbed");
        }

        await _rig.RestartAsync();

        Assert.That(await MqttRig.RefusalOfAsync(_rig.Options("vac-1", user: "mallory", password: "everything is allowed")), Is.EqualTo(ReasonCode.ClientIdentifierNotValid));
        Assert.That((await _rig.AuditedAsync("deny.connect", "vac-1")).Principal, Is.EqualTo("user/mallory"));
        using var renewed = await _rig.AddCertificateAsync("vac-1");
        await using var back = await _rig.ConnectAsync("vac-1", renewed, expiry: s_lasting);
    }

    [Test]
    public async Task A_certificate_that_becomes_a_things_comes_again_as_that()
    {
        using var certificate = await _rig.AddCertificateAsync(thing: null);
        await _rig.SetPolicyAsync("p", MqttRig.IdOf(certificate), "Allow iot:Connect client/*");
        await using (var client = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting))
        {
            await _rig.Get<IThings>().PutAsync(new ThingChange("vac-1"), MqttRig.Test);
            await _rig.Get<IClientCertificates>().AttachAsync(MqttRig.FingerprintOf(certificate), "vac-1", MqttRig.Test);
            await client.EndAsync();
        }

        await using var back = await _rig.ConnectAsync("vac-1", certificate, expiry: s_lasting);

        Assert.That((await _rig.Broker.FindClientAsync("vac-1"))!.Summary.Identity, Is.EqualTo("thing/vac-1"));
    }

    private async Task<RigClient> ConnectUserAsync(string policy = BuiltInPolicies.Admin)
    {
        await _rig.AddUserAsync("user", "correct horse battery", policy);
        if (policy != BuiltInPolicies.Admin)
        {
            await _rig.SetPolicyAsync("connect", "user/user", "Allow iot:Connect client/*");
        }

        return await _rig.ConnectAsync("user", user: "user", password: "correct horse battery");
    }

    private async Task PublishAsync(string topic, bool retain = false) => await _rig.Broker.PublishAsync(new MqttMessage
    {
        Topic = TopicName.Parse(topic),
        Payload = Encoding.UTF8.GetBytes("x"),
        QualityOfService = QualityOfService.AtLeastOnce,
        Retain = retain,
    });
}
