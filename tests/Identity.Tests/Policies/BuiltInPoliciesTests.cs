using Roost.Identity.Policies;
using Roost.Mqtt;

namespace Roost.Identity.Tests.Policies;

public sealed class BuiltInPoliciesTests
{
    private PolicyHouse _house = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _house = await PolicyHouse.OpenAsync();
        foreach (var thing in (string[])["vac-1", "vac-10", "vac-1-left", "app"])
        {
            _house.With(new ThingDescription { Name = thing });
        }

        await _house.Store.AttachAsync(BuiltInPolicies.ThingDefault, "thing/vac-1", ChangedBy.Local);
    }

    [TearDown]
    public async Task CloseAsync() => await _house.DisposeAsync();

    [TestCase("vac-1", ExpectedResult = true)]
    [TestCase("vac-1.camera", ExpectedResult = true)]
    [TestCase("vac-1.", ExpectedResult = true)]
    [TestCase("vac-10", ExpectedResult = false)]
    [TestCase("vac-1-left", ExpectedResult = false)]
    [TestCase("vac-2", ExpectedResult = false)]
    [TestCase("VAC-1", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    [TestCase("*", ExpectedResult = false)]
    public bool A_thing_connects_under_its_own_name_and_no_others(string clientId) =>
        _house.RightsOf(SomePolicy.CertificateOf("vac-1"), clientId).Allows("iot:Connect", $"client/{clientId}");

    [TestCase("robots/vac-1", ExpectedResult = true)]
    [TestCase("robots/vac-1/telemetry", ExpectedResult = true)]
    [TestCase("robots/vac-1/a/b/c", ExpectedResult = true)]
    [TestCase("robots/vac-10/telemetry", ExpectedResult = false)]
    [TestCase("robots/vac-1-left/telemetry", ExpectedResult = false)]
    [TestCase("robots", ExpectedResult = false)]
    [TestCase("$aws/things/vac-1/shadow/get", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/name/map/update", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/update/accepted", ExpectedResult = false)]
    [TestCase("$aws/things/vac-10/shadow/get", ExpectedResult = false)]
    [TestCase("$aws/things/vac-10/shadow/name/vac-1/shadow/get", ExpectedResult = false)]
    [TestCase("$SYS/broker/uptime", ExpectedResult = false)]
    public bool A_thing_publishes_to_its_own_topics(string topic) =>
        _house.RightsOf(SomePolicy.CertificateOf("vac-1"), "vac-1").ForMqtt.MayPublish(TopicName.Parse(topic), retain: false);

    [TestCase("$aws/things/vac-1/shadow/get/+", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/name/map/delete/+", ExpectedResult = true)]
    [TestCase("$aws/things/vac-1/shadow/#", ExpectedResult = true)]
    [TestCase("$aws/things/+/shadow/get/accepted", ExpectedResult = false)]
    [TestCase("robots/vac-1/#", ExpectedResult = true)]
    [TestCase("robots/vac-1/+", ExpectedResult = true)]
    [TestCase("robots/+/telemetry", ExpectedResult = false)]
    [TestCase("robots/#", ExpectedResult = false)]
    [TestCase("#", ExpectedResult = false)]
    [TestCase("+/vac-1/x", ExpectedResult = false)]
    public bool A_thing_subscribes_to_its_own_topics(string filter) =>
        _house.RightsOf(SomePolicy.CertificateOf("vac-1"), "vac-1").ForMqtt.MaySubscribe(TopicFilter.Parse(filter), null);

    [TestCase("iot:GetThingShadow", "thing/vac-1", ExpectedResult = true)]
    [TestCase("iot:UpdateThingShadow", "thing/vac-1/map", ExpectedResult = true)]
    [TestCase("iot:GetThingShadow", "thing/vac-10", ExpectedResult = false)]
    [TestCase("lambda:InvokeFunction", "function:echo", ExpectedResult = false)]
    [TestCase("roost:Read", "api/v1/things", ExpectedResult = false)]
    public bool A_thing_reaches_its_own_shadows(string action, string resource) => _house.RightsOf(SomePolicy.CertificateOf("vac-1")).Allows(action, resource);

    [Test]
    public async Task An_app_cannot_take_the_client_identifier_of_any_thing()
    {
        await _house.Store.AttachAsync(BuiltInPolicies.AppDefault, "user/ann", ChangedBy.Local);
        var rights = _house.RightsOf(SomePolicy.User("ann"));

        Assert.That(rights.Allows("iot:Connect", "client/app/ann"), Is.True);
        Assert.That(rights.Allows("iot:Connect", "client/vac-1"), Is.False);
        Assert.That(rights.Allows("iot:Connect", "client/app"), Is.False, "a thing may be called app");
        Assert.That(rights.ForMqtt.MayPublish(TopicName.Parse("robots/vac-1/go"), false), Is.False);
        Assert.That(rights.ForMqtt.MayReceive(TopicName.Parse("robots/vac-1/telemetry")), Is.True);
        Assert.That(rights.Allows("lambda:InvokeFunction", "function:echo"), Is.True);
        Assert.That(rights.Allows("lambda:DeleteFunction", "function:echo"), Is.False);
        Assert.That(rights.Allows("roost:Write", "api/v1/policies"), Is.False);
    }

    [Test]
    public async Task An_administrator_may_do_everything()
    {
        await _house.Store.AttachAsync(BuiltInPolicies.Admin, "user/root", ChangedBy.Local);
        var rights = _house.RightsOf(SomePolicy.User("root"));

        Assert.That(rights.Allows("roost:Write", "api/v1/policies"), Is.True);
        Assert.That(rights.Allows("iot:ListRetainedMessages", "*"), Is.True);
        Assert.That(rights.ForMqtt.MaySubscribe(TopicFilter.Parse("#"), "all"), Is.True);
        Assert.That(rights.ForMqtt.ChecksReceived, Is.False, "nothing to ask when all of it may be received");
    }

    [TestCase("$aws/certificates/create/json", ExpectedResult = true)]
    [TestCase("$aws/certificates/create-from-csr/json", ExpectedResult = true)]
    [TestCase("$aws/provisioning-templates/floor/provision/json", ExpectedResult = true)]
    [TestCase("robots/vac-1/x", ExpectedResult = false)]
    [TestCase("$aws/things/vac-1/shadow/update", ExpectedResult = false)]
    public async Task<bool> A_claim_provisions_and_does_nothing_else(string topic)
    {
        var claim = SomePolicy.CertificateOf(thing: null, 'c');
        await _house.Store.AttachAsync(BuiltInPolicies.ClaimDefault, claim.Id, ChangedBy.Local);

        return _house.RightsOf(claim, "serial-1").ForMqtt.MayPublish(TopicName.Parse(topic), false);
    }

    [Test]
    public async Task The_default_of_things_gives_nothing_to_who_is_no_thing()
    {
        await _house.Store.AttachAsync(BuiltInPolicies.ThingDefault, "user/ann", ChangedBy.Local);
        var rights = _house.RightsOf(SomePolicy.User("ann"), "x");

        Assert.That(rights.Allows("iot:Connect", "client/"), Is.False);
        Assert.That(rights.Allows("iot:Connect", "client/.x"), Is.False);
        Assert.That(rights.ForMqtt.MayPublish(TopicName.Parse("robots//x"), false), Is.False);
    }

    [Test]
    public async Task A_credential_whose_thing_is_gone_has_no_rights()
    {
        var orphan = SomePolicy.CertificateOf("gone", 'd');
        await _house.Store.AttachAsync(BuiltInPolicies.Admin, orphan.Id, ChangedBy.Local);

        Assert.That(_house.RightsOf(orphan, "gone").Allows("iot:Connect", "client/gone"), Is.False);
    }
}
